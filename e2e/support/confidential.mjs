// A confidential entry from its name to where it waits for approval, with the answers that have to be given.

import assert from "node:assert/strict";
import { open } from "./browser.mjs";
import { press } from "./people.mjs";

const ANSWERS = {
  kind: "procured",
  short_description: "Ordnet Spuren Fällen zu.",
  purpose: "Hilft bei der Arbeit mit Spuren.",
  fields: "internal_security",
  techniques: "computer_vision",
  risk_class: "minimal",
  lifecycle: "operation",
  "in_operation_since.year": "2026",
  affected: "employees",
  decision_effect: "none",
  personal_data: "none",
};

/** Gives the answers that the form on this page asks for; says whether there were any. */
async function give(page) {
  let given = false;
  for (const [name, value] of Object.entries(ANSWERS)) {
    const control = page.locator(`main form [name="${name}"]`);
    if (!(await control.count())) continue;
    const kind = await control.first().evaluate((one) => (one.tagName === "SELECT" ? "select" : one.type));
    if (kind === "select") await control.selectOption(value);
    else if (kind === "radio" || kind === "checkbox") await page.locator(`main form [name="${name}"][value="${value}"]`).check();
    else await control.first().fill(value);
    given = true;
  }
  return given;
}

/** Begins a confidential entry at the first organisation of the list, and returns its path. */
export async function beginConfidential(page, name) {
  await open(page, "/arbeit/vertraulich");
  await open(page, await page.locator("main a[href$='/vertraulich/neu']").first().getAttribute("href"));
  await page.locator("#f-name").fill(name);
  await page.locator("input[name=grund][value=law_enforcement]").check();
  await page.locator("#f-vorschrift").fill("§ 3 Nr. 1 Buchst. g IFG");
  await page.locator("#f-begruendung").fill("Wer davon weiß, weicht aus.");
  await press(page, "Eintrag beginnen");
  const path = new URL(page.url()).pathname;
  assert.match(path, /^\/arbeit\/vertraulich\/[0-9a-f-]{36}$/);
  return path;
}

/** Gives every answer that has to be given. What is asked depends on answers before. */
export async function fillConfidential(page, entry) {
  for (let round = 0; round < 2; round += 1) {
    await open(page, entry);
    const links = page.locator("main a[href*='/abschnitt/']");
    const hrefs = await links.evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
    for (const href of new Set(hrefs)) {
      await open(page, href);
      if (await give(page)) await press(page, (await button(page)) ?? "Speichern und weiter");
    }
  }
}

/** The button of the last section has another name. */
async function button(page) {
  const last = page.getByRole("button", { name: "Speichern und Angaben prüfen", exact: true });
  return (await last.count()) ? "Speichern und Angaben prüfen" : null;
}

/** Hands the entry in, with a reason for each warning. */
export async function submitConfidential(page, entry) {
  await open(page, `${entry}/einreichen`);
  assert.match(page.url(), /\/einreichen$/, await page.locator("main").innerText());
  for (const reason of await page.locator("main textarea[name^=grund-]").all()) await reason.fill("Das ist bei uns so.");
  await press(page, "Jetzt einreichen");
  assert.equal(new URL(page.url()).pathname, entry, await page.locator("main").innerText());
}
