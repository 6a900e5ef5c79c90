// Forms as a person in a hurry fills them: every control that has no answer yet gets one.

import assert from "node:assert/strict";
import { open } from "./browser.mjs";

/** More pages than any way has. */
const MOST_STEPS = 16;

/** Answers every control of the form that has no answer yet, as a person in a hurry would. */
export async function answer(page) {
  const form = page.locator("main form[method=post]").last();
  for (const field of await form.locator(".m-field").all()) {
    const text = field.locator("input:is([type=text],[type=email],[type=url]):visible, textarea:visible").first();
    if (await text.count()) {
      if (await text.inputValue()) continue;
      const kind = await text.getAttribute("type");
      const numeric = (await text.getAttribute("inputmode")) === "numeric";
      // Dates may be left out; a number is a number.
      if (numeric && (await text.getAttribute("class")).includes("m-date")) continue;
      const value = { email: "ki@leinemark.example", url: "https://leinemark.example/ki" }[kind];
      await text.fill(value ?? (numeric ? "12" : "Fasst lange Texte zusammen."));
      continue;
    }
    // Below the answer there are other choices: how it is absent, and who sees it.
    const boxes = field.locator(":scope > fieldset > .kern-fieldset__body input");
    const chosen = field.locator(":scope > fieldset > .kern-fieldset__body input:checked");
    const harmless = field.locator("input[name=risk_class][value^=minimal]");
    if ((await boxes.count()) && !(await chosen.count())) {
      await ((await harmless.count()) ? harmless : boxes).first().check();
    }
    const select = field.locator("select:visible").first();
    if ((await select.count()) && !(await select.inputValue())) await select.selectOption({ index: 1 });
  }
}

/** From any page of the short form to the end of submitting; returns how many pages asked something. */
export async function throughTheForm(page) {
  let asked = 0;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const path = new URL(page.url()).pathname;
    if (path.endsWith("/eingereicht")) return asked;
    if (path.includes("/kurz/")) {
      asked += 1;
      await answer(page);
    }
    const onward = page.locator("main :is(a, button).kern-btn--primary");
    if (path.endsWith("/pruefen") && !(await onward.count())) {
      // What a high risk asks beyond the short form: from the list of what is missing to the field, and back.
      const missing = await page.locator("main a[href*='/abschnitt/']").first().getAttribute("href");
      await open(page, missing);
      await answer(page);
      await Promise.all([page.waitForEvent("load"), onward.first().click()]);
      await open(page, path);
      continue;
    }
    await Promise.all([page.waitForEvent("load"), onward.last().click()]);
    assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
  }
  assert.fail(`the way does not end: ${page.url()}`);
}

/** The path of an entry from any of its pages. */
export const entryOf = (page) => new URL(page.url()).pathname.match(/\/arbeit\/eintraege\/[^/]+/)[0];

/** Gives one field of the page an answer, whatever control it has. */
async function give(page, name, value) {
  const box = page.locator(`main input[name="${name}"][value="${value}"]`);
  if (await box.count()) return box.first().check();
  const select = page.locator(`main select[name="${name}"]`);
  if (await select.count()) return select.first().selectOption(value);
  return page.locator(`main [name="${name}"]`).first().fill(value);
}

/** Begins an entry of a procured high-risk system that is in use, and gives its path. */
export async function highRisk(page, home, name) {
  await open(page, `${home}/neu`);
  await page.locator("#f-name").fill(name);
  await page.locator("input[name=wahl][value=full]").check();
  await Promise.all([page.waitForEvent("load"), page.locator("main form:has(#f-name) button[type=submit]").click()]);
  const entry = entryOf(page);
  for (const [section, answers] of [
    ["basics", [["kind", "procured"]]],
    ["risk", [["risk_class", "high_risk_annex_iii"]]],
    // Points are asked once the class is known.
    ["risk", [["annex_iii_points", "5a"]]],
    ["use", [["lifecycle", "operation"]]],
    ["use", [["in_operation_since.year", "2026"]]],
  ]) {
    await open(page, `${entry}/abschnitt/${section}`);
    for (const [field, value] of answers) await give(page, field, value);
    await Promise.all([page.waitForEvent("load"), page.locator("main form button[type=submit]").first().click()]);
    assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
  }
  return entry;
}
