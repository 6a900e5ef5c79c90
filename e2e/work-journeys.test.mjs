// The ways authorities take: enter and publish with four eyes, adopt what others run, two at one entry. Each with and
// without JavaScript; people sign in with their own accounts.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, visit } from "./support/browser.mjs";
import { CHATBOT, walk } from "./support/check.mjs";
import { entryOf, throughTheForm } from "./support/forms.mjs";
import { answerAll, choose, enter, type } from "./support/keyboard.mjs";
import { saved } from "./support/pdf.mjs";
import { password, press, signIn } from "./support/people.mjs";

const EDITOR = "erfassung@leinemark.example";
const APPROVER = "freigabe@leinemark.example";
const OTHER_EDITOR = "ki@talheide.example";
const OTHER_APPROVER = "freigabe@talheide.example";

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

  for (const [how, options] of [
    ["with JavaScript", MODES.light],
    ["without JavaScript", { ...MODES.light, javaScriptEnabled: false }],
  ]) {
    it(`assess by the KI-VO, have it reviewed, assess anew after a change: ${how}`, async () => {
      const stand = (page) => page.locator("main .kern-alert").first().innerText();
      const entry = await as(options, async (page) => {
        await signIn(page, EDITOR);
        await open(page, `${new URL(page.url()).pathname}/neu`);
        await page.locator("#f-name").fill(`Bewertet ${how} ${Date.now()}`);
        await page.locator("input[name=wahl][value=short]").check();
        await press(page, "Eintrag beginnen");
        const [form, path] = [new URL(page.url()).pathname, entryOf(page)];
        await page.locator("main a[href$='/ki-vo-check/system']").click();
        assert.match(await stand(page), /Noch nicht/);
        await press(page, "KI-VO-Check beginnen");
        assert.match(await walk(page, CHATBOT), /Transparenzpflicht/);
        await page.locator("#f-begruendung").fill("Es spricht mit Menschen.");
        await press(page, "Festhalten und eintragen");
        assert.match(await stand(page), /Bewertet: Transparenzpflicht/);
        assert.match(await page.locator("main tbody").innerText(), /Noch nicht geprüft/);
        await page.locator("main tbody a").first().click();
        const save = page.getByRole("link", { name: "Als PDF sichern" });
        await saved(page, save, "ki-vo-bewertung", /KI-VO-Bewertung des Systems: Transparenzpflicht/);
        await open(page, form);
        assert.ok(await page.locator("input[name=risk_class][value=transparency]").isChecked());
        await throughTheForm(page);
        return path;
      });
      await as(options, async (page) => {
        await signIn(page, APPROVER);
        await open(page, `${entry}/freigabe`);
        assert.match(await page.locator("main").innerText(), /Transparenzpflicht[^\n]*, bewertet am/);
        await press(page, "Freigeben und veröffentlichen");
      });
      await as(options, async (page) => {
        await signIn(page, EDITOR);
        await open(page, `${entry}/ki-vo-check/system`);
        assert.match(await page.locator("main tbody").innerText(), /Geprüft mit der Freigabe/);
        await open(page, `${entry}/abschnitt/basics`);
        await page.locator("#f-purpose").fill("Entscheidet über Anträge.");
        await press(page, "Speichern und zur Übersicht");
        assert.match(await page.locator("main").innerText(), /Bitte neu bewerten/);
        await open(page, `${entry}/ki-vo-check/system`);
        assert.match(await stand(page), /Zweckbestimmung/);
        await press(page, "Neu bewerten");
        assert.match(await page.locator("main").innerText(), /Diese Antwort ist ein Vorschlag/);
        assert.ok(await page.locator("input[value=ja]").isChecked());
      });
    });
  }

  it("enter, submit, approve, public: by keyboard alone", async () => {
    const signInByKeys = async (page, email) => {
      await open(page, "/anmelden");
      await type(page, "#f-email", email);
      await type(page, "#f-password", password(email));
      await Promise.all([page.waitForURL("**/arbeit/*"), page.keyboard.press("Enter")]);
    };
    const name = `Nur mit Tasten ${Date.now()}`;
    await as(MODES.light, async (page) => {
      await signInByKeys(page, EDITOR);
      await enter(page, "main a[href$='/neu']");
      await type(page, "#f-name", name);
      await choose(page, "wahl", "short");
      await enter(page, "main form:has(#f-name) button[type=submit]");
      while (new URL(page.url()).pathname.includes("/kurz/")) await answerAll(page);
      for (const end of ["/pruefen", "/einreichen"]) {
        assert.ok(new URL(page.url()).pathname.endsWith(end), page.url());
        await enter(page, "main :is(a, button).kern-btn--primary");
      }
      assert.ok(new URL(page.url()).pathname.endsWith("/eingereicht"), page.url());
    });
    await as(MODES.light, async (page) => {
      await signInByKeys(page, APPROVER);
      const waiting = await page.locator("main a").filter({ hasText: name }).first().getAttribute("href");
      await enter(page, `main a[href="${waiting}"]`);
      if (!page.url().endsWith("/freigabe")) await enter(page, "main a[href$='/freigabe']");
      await enter(page, "main button[value=approve]");
      await enter(page, "main a[href^='/systeme/']");
      assert.match(await page.locator("h1").innerText(), new RegExp(name));
    });
  });

  it("from the Steckbrief to a deployment of one's own", async () => {
    await as(MODES.light, async (page) => {
      await open(page, "/systeme");
      await Promise.all([page.waitForEvent("load"), page.locator("main h2 a[href*='/systeme/'], main h3 a[href*='/systeme/']").first().click()]);
      const kennung = new URL(page.url()).pathname.split("/").pop();
      await page.getByRole("link", { name: "Wir setzen das auch ein" }).click();
      await page.waitForURL("**/anmelden?*");
      await page.locator("#f-email").fill(OTHER_EDITOR);
      await page.locator("#f-password").fill(password(OTHER_EDITOR));
      await press(page, "Anmelden");
      assert.match(page.url(), new RegExp(`/neu\\?q=${kennung}$`));
      const found = page.locator("button[name=system]");
      assert.deepEqual(await found.evaluateAll((all) => all.map((one) => one.value)), [kennung]);
      assert.equal(await page.locator("#f-name").inputValue(), "", "the Kennung is no name");
    });
  });

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
