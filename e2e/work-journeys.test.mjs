// The ways authorities take: enter and publish with four eyes, adopt what others run, two at one entry. Each with and
// without JavaScript; people sign in with their own accounts.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, visit } from "./support/browser.mjs";
import { press, signIn } from "./support/people.mjs";

const EDITOR = "erfassung@leinemark.example";
const APPROVER = "freigabe@leinemark.example";
const OTHER_EDITOR = "ki@talheide.example";
const OTHER_APPROVER = "freigabe@talheide.example";
/** More pages than any way has. */
const MOST_STEPS = 16;

/** Answers every control of the form that has no answer yet, as a person in a hurry would. */
async function answer(page) {
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
async function throughTheForm(page) {
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
const entryOf = (page) => new URL(page.url()).pathname.match(/\/arbeit\/eintraege\/[^/]+/)[0];

describe("work", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());
  const as = (options, work) => visit(chromium.browser, { ...options, signedIn: true }, work);

  for (const [how, options] of [
    ["with JavaScript", MODES.light],
    ["without JavaScript", { ...MODES.light, javaScriptEnabled: false }],
    ["on a telephone", { viewport: { width: 360, height: 740 } }],
  ]) {
    it(`enter, submit, approve, public: ${how}`, async () => {
      const name = `Textkürzer ${how} ${Date.now()}`;
      const entry = await as(options, async (page) => {
        await signIn(page, EDITOR);
        await open(page, `${new URL(page.url()).pathname}/neu`);
        await page.locator("#f-name").fill(name);
        await page.locator("input[name=wahl][value=short]").check();
        await press(page, "Eintrag beginnen");
        assert.ok((await throughTheForm(page)) <= 3, "more than three pages");
        return entryOf(page);
      });
      await as(options, async (page) => {
        await signIn(page, APPROVER);
        await open(page, `${entry}/freigabe`);
        assert.match(await page.locator("main").innerText(), new RegExp(name));
        await press(page, "Freigeben und veröffentlichen");
        const kennung = (await page.locator("main").innerText()).match(/DEMO-\d{4}-\d{6}/)[0];
        await open(page, `/systeme/${kennung}`);
        assert.match(await page.locator("h1").innerText(), new RegExp(name));
      });
    });
  }

  it("adopt what others run", async () => {
    const entry = await as(MODES.light, async (page) => {
      await signIn(page, OTHER_EDITOR);
      await open(page, `${new URL(page.url()).pathname}/neu?q=Wohngeld`);
      const adopt = page.locator("button[name=system]").first();
      await Promise.all([page.waitForEvent("load"), adopt.click()]);
      assert.ok((await throughTheForm(page)) <= 3, "more than three pages");
      return entryOf(page);
    });
    await as(MODES.light, async (page) => {
      await signIn(page, OTHER_APPROVER);
      await open(page, `${entry}/freigabe`);
      await press(page, "Freigeben und veröffentlichen");
      const kennung = (await page.locator("main").innerText()).match(/DEMO-\d{4}-\d{6}/)[0];
      await open(page, `/systeme/${kennung}`);
      assert.match(await page.locator("main").innerText(), /Stadt Talheide/);
    });
  });

  it("two editors at once lose nothing", async () => {
    await as(MODES.light, async (one) => {
      await signIn(one, OTHER_EDITOR);
      await open(one, `${new URL(one.url()).pathname}/neu`);
      await one.locator("#f-name").fill(`Zu zweit ${Date.now()}`);
      await one.locator("input[name=wahl][value=full]").check();
      await press(one, "Eintrag beginnen");
      const entry = entryOf(one);
      await as(MODES.light, async (other) => {
        await signIn(other, OTHER_EDITOR);
        const topic = `${entry}/abschnitt/basics`;
        await open(one, topic);
        await open(other, topic);
        await one.locator("#f-purpose").fill("Das schreibt die eine.");
        await press(one, "Speichern und weiter");
        await other.locator("#f-purpose").fill("Das schreibt der andere.");
        await press(other, "Speichern und weiter");
        const both = await other.locator("main").innerText();
        assert.match(both, /Das schreibt die eine\./);
        assert.match(both, /Das schreibt der andere\./);
      });
    });
  });

  it("nobody gets in without signing in, and goes where they wanted", async () => {
    await as(MODES.light, async (page) => {
      await open(page, "/konto/passwort");
      assert.match(page.url(), /\/anmelden\?weiter=%2Fkonto%2Fpasswort$/);
      assert.equal(new URL(BASE).origin, new URL(page.url()).origin);
    });
  });
});
