// Problems and the law of other days, as an editor meets them: filter the list, mend what helps most, look at a day.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { MODES, launch, open, visit } from "./support/browser.mjs";
import { press, signIn } from "./support/people.mjs";

const EDITOR = "ki@talheide.example";

const chromium = await launch();
after(() => chromium.close());
const asEditor = (work, options = MODES.light) =>
  visit(chromium.browser, { ...options, signedIn: true }, async (page) => {
    await signIn(page, EDITOR);
    await open(page, "/arbeit");
    await work(page, new URL(page.url()).pathname);
  });

describe("problems of entries", () => {
  it("are filtered in the list, and a step leads to its field", () =>
    asEditor(async (page, home) => {
      await open(page, `${home}/veroeffentlicht`);
      const filter = page.locator("#befund");
      const all = await page.locator("main .m-sessions > li").count();
      assert.ok(all > 0, "the authority has published something");
      const options = await filter.locator("option").allInnerTexts();
      assert.match(options[0], /^Alle Einträge \(\d+\)$/);
      await filter.selectOption("probleme");
      await press(page, "Liste filtern");
      assert.equal(await filter.inputValue(), "probleme");
      const [, count] = (await filter.locator("option:checked").innerText()).match(/\((\d+)\)/);
      const shown = await page.locator("main .m-sessions > li").count();
      assert.equal(shown, Math.min(Number(count), 20));
      await filter.selectOption("");
      await press(page, "Liste filtern");
      await page.locator("main .m-sessions a").first().click();
      const score = page.locator("section[aria-labelledby=qualitaet]");
      await score.waitFor();
      assert.match(await score.innerText(), /Was am meisten bringt/);
      await score.locator("ol a").first().click();
      await page.waitForURL(/\/abschnitt\//);
      const target = new URL(page.url()).hash.slice(1);
      if (target) assert.equal(await page.locator(`[id="${target}"]`).count(), 1, target);
    }));

  it("are seen together by whoever answers for them, and the method by everybody", () =>
    asEditor(async (page, home) => {
      await open(page, home);
      await page.locator("main").getByRole("link", { name: "Qualität der Einträge" }).click();
      await page.waitForURL(/\/arbeit\/qualitaet/);
      assert.match(await page.locator("main").innerText(), /Verteilung/);
      await page.locator("main").getByRole("link", { name: "So wird gerechnet" }).first().click();
      await page.waitForURL(/\/methodik\/qualitaet/);
      assert.match(await page.locator("main").innerText(), /Ein nötiges Feld zählt 3-mal/);
    }));
});

describe("the law of another day", () => {
  const look = async (page, values) => {
    await open(page, "/arbeit/rechtslage");
    for (const [id, value] of Object.entries(values)) {
      const field = page.locator(`#f-${id}`);
      if (id.endsWith("recht")) await field.selectOption(value);
      else await field.fill(value);
    }
    await press(page, "Ansehen");
    for (let again = 0; again < 20 && (await page.getByRole("link", { name: "Stand neu ansehen" }).count()); again += 1) {
      await page.getByRole("link", { name: "Stand neu ansehen" }).click();
      await page.waitForLoadState();
    }
  };

  it("is chosen by day and version, without scripts too", () =>
    asEditor(
      async (page) => {
        await look(page, { tag: "2.8.2030" });
        assert.match(await page.locator("#ergebnis").innerText(), /Was dann fehlt/);
        assert.match(await page.locator("main").innerText(), /Am 02\.08\.2030/);
        await look(page, { tag: "2.8.2026", recht: "ki-vo-2024-07-12", gegen: "2.8.2026", gegenrecht: "ki-vo-2026-07-27" });
        assert.match(await page.locator("#ergebnis").innerText(), /Was sich unterscheidet/);
      },
      { ...MODES.light, javaScriptEnabled: false },
    ));

  it("says which day there is not, at the field", () =>
    asEditor(async (page) => {
      await look(page, { tag: "31.2.2027" });
      assert.equal(await page.locator("#f-tag").inputValue(), "31.2.2027");
      assert.equal(await page.locator("#f-tag").getAttribute("aria-invalid"), "true");
      await page.locator("a[href='#f-tag']").first().click();
      assert.equal(await page.evaluate(() => document.activeElement.id), "f-tag");
    }));
});
