// A report to the EU database from the first look to the change after it: see what is owed, complete a missing field,
// take the file, note what came back, change a field, see that the report is to be updated. With and without JavaScript;
// every engine looks at every page of the way.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, visit } from "./support/browser.mjs";
import { axe, equalAccess, htmlValidate } from "./support/engines.mjs";
import { highRisk } from "./support/forms.mjs";
import * as manual from "./support/manual.mjs";
import { press, signIn } from "./support/people.mjs";

const EDITOR = "erfassung@leinemark.example";
const URL_GIVEN = "https://eu-database.example/deployments/4711";

const main = (page) => page.locator("main").innerText();
const state = (page) => page.locator("main .kern-badge").first().innerText();

/** Rules about how HTML is written, which a browser that is asked for it writes in its own way. */
const STYLE = /attribute-(empty|boolean)-style/;

/** Every engine and every check by hand has nothing to say. */
async function clean(page, context) {
  const html = (await htmlValidate(await page.content())).filter((finding) => !STYLE.test(finding));
  const findings = [...html, ...(await axe(page)), ...(await equalAccess(page))];
  findings.push(...(await manual.headings(page)), ...(await manual.names(page, context)));
  findings.push(...(await manual.targetSize(page)), ...(await manual.reflow(page)));
  assert.deepEqual(findings, [], page.url());
}

/** From a missing item to its field, an answer, and back to the report. */
async function complete(page, report, field, text) {
  await open(page, report);
  await Promise.all([page.waitForEvent("load"), page.locator(`main a[href$="#f-${field}"]`).first().click()]);
  await page.locator(`#f-${field}`).fill(text);
  await Promise.all([page.waitForEvent("load"), page.locator("main form button[type=submit]").first().click()]);
  assert.equal(await page.locator("#fehler").count(), 0, await main(page));
  await open(page, report);
}

describe("a report to the EU database", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());
  const as = (options, work) => visit(chromium.browser, { ...options, signedIn: true }, work);

  for (const [how, options, look] of [
    ["with JavaScript", MODES.light, clean],
    ["without JavaScript", { ...MODES.light, javaScriptEnabled: false }, async () => {}],
    ["on a telephone in the dark", { ...MODES.dark, viewport: { width: 360, height: 740 } }, clean],
  ]) {
    it(`is prepared, noted, and known to be old after a change: ${how}`, () =>
      as(options, async (page, context) => {
        await signIn(page, EDITOR);
        const home = new URL(page.url()).pathname;
        const name = `Leistungsprüfung ${how} ${Date.now()}`;
        const entry = await highRisk(page, home, name);

        await open(page, home);
        await Promise.all([page.waitForEvent("load"), page.locator(`main a[href="${home}/eu-meldung"]`).click()]);
        const line = page.locator("main .m-reports li").filter({ hasText: name });
        assert.match(await line.innerText(), /noch nicht begonnen/);
        assert.match(await line.innerText(), /Eintrag des Anbieters nicht genannt/);
        await look(page, context);
        await page.locator("#f-stand").selectOption("required");
        await press(page, "Anzeigen");
        assert.equal(await line.count(), 1);
        await Promise.all([page.waitForEvent("load"), line.locator("a").click()]);
        const report = new URL(page.url()).pathname;
        assert.equal(report, `${entry}/eu-meldung/c`);
        assert.match(await main(page), /Art\. 26 Abs\. 8/);
        await look(page, context);

        await complete(page, report, "fria_summary", "Ein Mensch entscheidet.");
        assert.equal(await state(page), "unvollständig");
        await complete(page, report, "provider_eu_url", "https://eu-database.example/systems/1");
        assert.equal(await state(page), "bereit");
        assert.doesNotMatch(await main(page), /Art\. 26 Abs\. 8/);

        const href = await page.locator("main a[href$='eu-meldung.json']").getAttribute("href");
        const file = await page.request.get(BASE + href);
        assert.match(file.headers()["content-disposition"], /^attachment; filename="eu-meldung-/);
        const json = await file.json();
        assert.deepEqual([json.section, json.complete, json.missing], ["C", true, []]);

        await open(page, `${report}/gemeldet`);
        await page.locator("#f-id").fill("=EU-1");
        await press(page, "Festhalten");
        assert.equal(await page.locator("#fehler a").count(), 3, await main(page));
        await look(page, context);
        await page.locator("#f-id").fill("EU-DEP-4711");
        await page.locator("#f-url").fill(URL_GIVEN);
        await page.locator("#f-day").fill("1. 2. 2026");
        await press(page, "Festhalten");
        assert.match(await main(page), /Die Meldung ist festgehalten/);
        assert.equal(await state(page), "gemeldet");
        assert.match(await main(page), /EU-DEP-4711/);

        await open(page, `${report}/texte`);
        await look(page, context);
        await page.locator("#f-fria_summary").fill("A person decides.");
        await press(page, "Texte speichern");
        assert.equal(await page.locator("main [lang=en]").innerText(), "A person decides.");
        assert.equal(await state(page), "gemeldet", "a second language is no change");

        const section = `${entry}/abschnitt/impact_assessments`;
        await open(page, section);
        assert.equal(await page.locator("#f-eu_database_id").inputValue(), "EU-DEP-4711", "no second truth");
        await page.locator("#f-fria_summary").fill("Jetzt entscheidet das System.");
        await Promise.all([page.waitForEvent("load"), page.locator("main form button[type=submit]").first().click()]);
        await open(page, report);
        assert.equal(await state(page), "zu aktualisieren");
        const row = await page.locator("main table tr").filter({ hasText: "C4" }).innerText();
        assert.match(row, /Ein Mensch entscheidet\.[\s\S]*Jetzt entscheidet das System\./);
        assert.match(await main(page), /Der Text hat sich seitdem geändert/);
        await look(page, context);
        await open(page, `${home}/eu-meldung?stand=to_be_updated`);
        assert.match(await line.innerText(), /Gemeldet am 01\.02\.2026 als EU-DEP-4711/);
        await open(page, `${entry}/eu-meldung`);
        await look(page, context);
      }));
  }

  it("coordinators see how far those are whom they look after", () =>
    as(MODES.light, async (page, context) => {
      await signIn(page, "koordination@it-verbund-heidemark.example");
      await open(page, "/arbeit/eu-meldung");
      assert.equal(await page.locator("main tbody tr").count(), 2);
      await clean(page, context);
      await Promise.all([page.waitForEvent("load"), page.locator("main a[href$='/stand']").first().click()]);
      assert.match(await main(page), /keine Entwürfe/);
      assert.equal(await page.locator("main .m-downloads").count(), 0);
      await clean(page, context);
    }));

  it("prints what is reported and nothing to click", () =>
    as(MODES.light, async (page) => {
      await signIn(page, EDITOR);
      const entry = await highRisk(page, new URL(page.url()).pathname, `Druckprobe ${Date.now()}`);
      await open(page, `${entry}/eu-meldung/c`);
      assert.ok(await page.locator("[data-print]").isVisible());
      await page.emulateMedia({ media: "print" });
      assert.ok(await page.locator("#C3").isVisible());
      for (const gone of ["[data-print]", "main a[href$='/gemeldet']", "main .m-downloads", ".m-nav"]) {
        assert.equal(await page.locator(gone).first().isVisible(), false, gone);
      }
    }));
});
