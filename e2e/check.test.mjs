// The guided check by the KI-VO as everybody walks it: three cases to their results, with and without JavaScript, by
// keyboard, in English; back, contradictions, impossible days; every page of the way looked at by the engines.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MODES, launch, open, visit } from "./support/browser.mjs";
import { CHATBOT, EXEMPT, HIGH, RESULT, give, title, walk } from "./support/check.mjs";
import { axe, equalAccess, htmlValidate } from "./support/engines.mjs";
import { enter, reach } from "./support/keyboard.mjs";
import * as manual from "./support/manual.mjs";
import { saved } from "./support/pdf.mjs";
import { press } from "./support/people.mjs";

const PATH = "/ki-vo-check";

async function begin(page) {
  await open(page, PATH);
  await press(page, "Check beginnen");
}

/** Presses the button that asks a question again. */
const again = (page, key) =>
  Promise.all([page.waitForEvent("load"), page.locator(`main button[name=aendern][value=${key}]`).click()]);

const text = (page) => page.locator("main").innerText();

/** Rules about how HTML is written, which a browser that is asked for it writes in its own way. */
const STYLE = /attribute-(empty|boolean)-style/;

/** Every engine and every check by hand has nothing to say. */
const clean = (page, context) => async (question) => {
  const html = (await htmlValidate(await page.content())).filter((finding) => !STYLE.test(finding));
  const findings = [...html, ...(await axe(page)), ...(await equalAccess(page))];
  findings.push(...(await manual.headings(page)), ...(await manual.names(page, context)));
  findings.push(...(await manual.targetSize(page)), ...(await manual.reflow(page)));
  assert.deepEqual(findings, [], question);
};

describe("the check by the KI-VO", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());

  for (const [mode, options] of [
    ["with JavaScript", MODES.light],
    ["without JavaScript", { ...MODES.light, javaScriptEnabled: false }],
  ]) {
    const tab = (work) => () => visit(chromium.browser, options, work);

    it(
      `a system for benefits is high-risk, ${mode}`,
      tab(async (page) => {
        await begin(page);
        assert.match(await walk(page, HIGH), /Hochrisiko \(Anhang III/);
        const said = await text(page);
        for (const words of ["Abschnitt C", "Art. 27", "Art. 49 Abs. 3", "02.08.2030", "keine Rechtsberatung", "5a"]) {
          assert.ok(said.toLowerCase().includes(words.toLowerCase()), `${words} is missing: ${said}`);
        }
        const save = page.getByRole("button", { name: "Als PDF sichern" });
        await saved(page, save, "ki-vo-check", /Ergebnis: Hochrisiko/);
        assert.match(await title(page), RESULT, "the result stays");
      }),
    );

    it(
      `a condition of Art. 6(3) exempts, and an answer is changed from the result, ${mode}`,
      tab(async (page) => {
        await begin(page);
        assert.match(await walk(page, EXEMPT), /Anhang III, nicht hochriskant/);
        await again(page, "profiling");
        assert.ok(await page.locator("input[value=nein]").isChecked(), "the answer was not kept");
        await give(page, ["ja"]);
        assert.match(await walk(page, EXEMPT), /Hochrisiko \(Anhang III/);
      }),
    );

    it(
      `a chatbot has to say what it is, ${mode}`,
      tab(async (page) => {
        await begin(page);
        assert.match(await walk(page, CHATBOT), /Transparenzpflicht/);
        assert.match(await text(page), /Art\. 50 Abs\. 1.*Anbieter.*02\.08\.2026/s);
        assert.match(await text(page), /verlangt für dieses System keine Registrierung/);
      }),
    );
  }

  const tab = (options, work) => () => visit(chromium.browser, options, work);

  for (const mode of ["light", "dark", "narrow"]) {
    it(
      `every page of the way is fit for everybody (${mode})`,
      tab(MODES[mode], async (page, context) => {
        await begin(page);
        await walk(page, { ...HIGH, Rolle: ["provider", "deployer"] }, { look: clean(page, context) });
      }),
    );
  }

  it(
    "back keeps answers, and what cannot be meant is told at the field",
    tab(MODES.light, async (page, context) => {
      await begin(page);
      assert.equal(await page.getByRole("button", { name: "Zurück" }).count(), 0, "nothing is before the first question");
      await press(page, "Weiter");
      assert.equal(await page.locator("#fehler a[href='#f-antwort-1']").count(), 1);
      await give(page, ["ja"]);
      await press(page, "Zurück");
      assert.match(await title(page), /KI-System/);
      assert.match(await text(page), /Frage 1/);
      assert.ok(await page.locator("input[value=ja]").isChecked());
      await press(page, "Weiter");
      await walk(page, HIGH, { until: "Seit wann" });
      await give(page, "31.02.2025");
      assert.match(await page.locator("#f-tag-fault").innerText(), /gibt es nicht/);
      assert.equal(await page.locator("#f-tag").inputValue(), "31.02.2025");
      await clean(page, context)("an impossible day");
      await give(page, "15.01.2025");
      assert.match(await title(page), /wesentlich/);
    }),
  );

  it(
    "answers that contradict each other are told where they arise",
    tab(MODES.light, async (page, context) => {
      await begin(page);
      await walk(page, HIGH, { until: "wesentlich" });
      await give(page, "15.01.2024");
      assert.match(await text(page), /liegt vor der Inbetriebnahme/);
      await clean(page, context)("a contradiction");
      await again(page, "placed_in_service");
      assert.equal(await page.locator("#f-tag").inputValue(), "15.01.2025");
      await give(page, "15.01.2023");
      assert.match(await title(page), /wesentlich/);
      await give(page, "15.01.2024");
      assert.match(await title(page), RESULT);
      assert.match(await text(page), /15\.01\.2024/);
    }),
  );

  it(
    "what is not known stays open and can be answered at the end",
    tab(MODES.light, async (page) => {
      await begin(page);
      await walk(page, { ...CHATBOT, Rolle: undefined });
      assert.match(await page.locator("main button[value=role]").innerText(), /Jetzt beantworten/);
      await again(page, "role");
      await give(page, ["provider"]);
      assert.match(await title(page), /Transparenzpflicht/);
      assert.doesNotMatch(await text(page), /Jetzt beantworten/);
    }),
  );

  it(
    "by keyboard alone",
    tab(MODES.light, async (page) => {
      await open(page, PATH);
      await enter(page, "main button");
      await reach(page, "input[name=antwort]");
      await page.keyboard.press("ArrowDown");
      await enter(page, "main button[name=weiter]");
      assert.match(await title(page), /Ergebnis: KI-VO nicht anwendbar/);
      await enter(page, "main button[name=aendern]");
      assert.match(await title(page), /Ist es ein KI-System/);
    }),
  );

  it(
    "in English",
    tab({ ...MODES.light, locale: "en-GB" }, async (page, context) => {
      await open(page, `/en${PATH}`);
      await press(page, "Begin the check");
      await page.locator("input[name=antwort][value=nein]").check();
      await press(page, "Next");
      assert.match(await title(page), /^Result: AI Act not applicable/);
      await clean(page, context)("the result");
      await saved(page, page.getByRole("button", { name: "Save as PDF" }), "ki-vo-check", /Result: AI Act not applicable/);
    }),
  );

  it(
    "the result is printed without what is for the screen",
    tab(MODES.light, async (page) => {
      await begin(page);
      await walk(page, HIGH);
      assert.ok(await page.locator("[data-print]").isVisible());
      await page.emulateMedia({ media: "print" });
      for (const button of await page.locator("main button").all()) assert.ok(!(await button.isVisible()));
      assert.ok(await page.locator("table.m-duties").isVisible());
    }),
  );

  it(
    "answers that nobody signed lead back to the beginning",
    tab(MODES.light, async (page) => {
      await begin(page);
      await page.locator("input[name=stand]").evaluate((field) => {
        field.value = `e30${field.value.slice(3)}`;
      });
      const [response] = await Promise.all([page.waitForNavigation(), page.locator("button[name=offen]").click()]);
      assert.equal(response.status(), 403);
      await Promise.all([page.waitForEvent("load"), page.locator(`main a[href="${PATH}"]`).click()]);
      assert.equal(await title(page), "KI-VO-Check");
    }),
  );
});
