// A confidential entry with its two people and a reader of another authority: with and without JavaScript, and what
// everybody else sees meanwhile.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, visit } from "./support/browser.mjs";
import { beginConfidential, fillConfidential, submitConfidential } from "./support/confidential.mjs";
import { press, signIn } from "./support/people.mjs";

const EDITOR = "ki@talheide.example";
const APPROVER = "freigabe@talheide.example";
const READER = "pruefung@leinemark.example";
const STRANGER = "erfassung@leinemark.example";

describe("confidential entries", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());
  const as = (email, options, work) =>
    visit(chromium.browser, { ...options, signedIn: true }, async (page) => {
      await signIn(page, email);
      return work(page);
    });
  const text = (page) => page.locator("main").innerText();

  for (const [how, options] of [
    ["with JavaScript", MODES.light],
    ["without JavaScript, on a telephone", { viewport: { width: 360, height: 740 }, javaScriptEnabled: false }],
  ]) {
    it(`enter, hand in, approve, let somebody read, end: ${how}`, async () => {
      const name = `Xylbrett ${Date.now()}`;
      const entry = await as(EDITOR, options, async (page) => {
        const path = await beginConfidential(page, name);
        assert.equal((await page.title()).includes(name), false, "titles are kept by browsers");
        await fillConfidential(page, path);
        await submitConfidential(page, path);
        assert.match(await text(page), /Wartet auf Freigabe/);
        return path;
      });
      await as(APPROVER, options, async (page) => {
        await open(page, `${entry}/freigabe`);
        assert.match(await text(page), new RegExp(name));
        await press(page, "Vertraulich freigeben");
        assert.match(await text(page), /Freigegeben/);
        await open(page, `${entry}/leser`);
        await page.locator("#f-email").fill("niemand@leinemark.example");
        await press(page, "Benennen");
        assert.match(await text(page), /Mit dieser Adresse kann hier niemand lesen/);
        await page.locator("#f-email").fill(READER);
        await press(page, "Benennen");
        assert.match(await text(page), /Eine Person benannt/);
      });
      await as(READER, options, async (page) => {
        await open(page, "/arbeit/vertraulich");
        await Promise.all([page.waitForEvent("load"), page.getByRole("link", { name, exact: true }).click()]);
        assert.match(await text(page), /Ordnet Spuren Fällen zu\./);
        assert.match(await text(page), /Dass Sie diesen Eintrag geöffnet haben, ist festgehalten/);
        assert.equal((await open(page, entry)).status(), 404, "readers only read");
      });
      await as(STRANGER, options, async (page) => {
        for (const path of [entry, `${entry}/lesen`]) assert.equal((await open(page, path)).status(), 404);
        await open(page, `/systeme?q=${encodeURIComponent("Xylbrett")}`);
        assert.doesNotMatch(await text(page), new RegExp(name));
      });
      const found = await fetch(`${BASE}/api/v1/systems?q=Xylbrett&exact=1`).then((answer) => answer.json());
      assert.equal(found.total, 0);
      await as(APPROVER, options, async (page) => {
        await open(page, `${entry}/verlauf`);
        assert.match(await text(page), /Gelesen: Gesine Thormann/);
        await open(page, `${entry}/beenden`);
        await page.locator("#f-begruendung").fill("Außer Betrieb.");
        await press(page, "Ja, beenden");
        assert.match(await text(page), /Beendet/);
      });
      await as(READER, options, async (page) => {
        assert.equal((await open(page, `${entry}/lesen`)).status(), 404);
      });
    });
  }

  it("the figures are public and say why they say no more", async () => {
    await visit(chromium.browser, MODES.light, async (page) => {
      await open(page, "/dashboard");
      await Promise.all([page.waitForEvent("load"), page.locator("main a[href='/vertrauliche-systeme']").click()]);
      assert.match(await text(page), /weniger als 3[^]*Warum nicht genauer\?/);
    });
  });
});
