// An authority joins: it applies, confirms its mailbox, is admitted, sets a password, invites a colleague, and both
// begin to work. Claims what the register has of it already, or is new. Mails are read from the folder they go to.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { MODES, launch, open, visit } from "./support/browser.mjs";
import { linkOfMail, press, signIn } from "./support/people.mjs";
import { session } from "./support/rooms.mjs";

const OPERATOR = "betrieb@maki.example";
const PASSWORD = "Zwölf Moorhühner im Nebel";

describe("join", () => {
  let chromium;
  let operator;
  before(async () => {
    chromium = await launch();
    operator = await session(chromium.browser, OPERATOR);
  });
  after(() => chromium.close());
  const as = (options, work) => visit(chromium.browser, { ...options, signedIn: true }, work);

  /** Sets the password that an invitation asks for; then somebody is signed in. */
  async function accept(options, mailbox) {
    const invitation = await linkOfMail(mailbox, "/einladung");
    await as(options, async (page) => {
      await open(page, invitation);
      await page.locator("#f-password").fill(PASSWORD);
      const again = page.locator("#f-again");
      if (await again.count()) await again.fill(PASSWORD);
      await press(page, "Passwort speichern");
      assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
    });
  }

  for (const [how, options] of [
    ["with JavaScript", MODES.light],
    ["without JavaScript", { ...MODES.light, javaScriptEnabled: false }],
  ]) {
    it(`a known authority claims its entries, a colleague comes along: ${how}`, async () => {
      const mark = `${Date.now()}`;
      const name = how === "with JavaScript" ? "Samtgemeinde" : "Landkreis";
      const mailbox = `ki-${mark}@beitritt.example`;
      const body = await as(options, async (page) => {
        await open(page, "/beitreten");
        await page.locator("main input[name=name]").fill(name);
        await press(page, "Suchen");
        const found = page.locator("main a[href*='behoerde=']").last();
        const body = (await found.innerText()).split("\n")[0].trim();
        await Promise.all([page.waitForEvent("load"), found.click()]);
        await page.locator("#f-person").fill("Antje Vogel");
        await page.locator("#f-email").fill(mailbox);
        await press(page, "Anmeldung abschicken");
        assert.match(await page.locator("h1").innerText(), /Postfach/);
        return body;
      });
      const confirmation = await linkOfMail(mailbox, "/beitreten/bestaetigen");
      await as(options, async (page) => {
        await open(page, confirmation);
        await press(page, "Ja, wir möchten mitmachen");
        assert.match(await page.locator("h1").innerText(), /bestätigt/);
      });
      await as({ ...options, storageState: operator }, async (page) => {
        await open(page, "/betrieb/antraege");
        const row = page.locator("main").getByRole("link", { name: body }).first();
        await Promise.all([page.waitForEvent("load"), row.click()]);
        assert.match(await page.locator("main").innerText(), new RegExp(mailbox));
        await press(page, "Aufnehmen");
        assert.equal(await page.locator("#fehler").count(), 0);
      });
      await accept(options, mailbox);

      const colleague = `zweite-${mark}@beitritt.example`;
      await as(options, async (page) => {
        await signIn(page, mailbox, PASSWORD);
        const room = new URL(page.url()).pathname;
        assert.match(room, /^\/arbeit\//, "whoever works for one authority lands in its room");
        await open(page, `${room}/veroeffentlicht`);
        const entries = await page.locator("main a[href*='/arbeit/eintraege/']").count();
        assert.ok(entries > 0, `${body} has its entries of before`);
        await open(page, `${room}/team`);
        await page.locator("#f-name").fill("Bernd Ohm");
        await page.locator("#f-email").fill(colleague);
        await page.locator("input[name=roles][value=approver]").check();
        await press(page, "Einladen");
        assert.match(await page.locator("main").innerText(), /Einladung ist unterwegs/);
      });
      await accept(options, colleague);
      await as(options, async (page) => {
        await signIn(page, colleague, PASSWORD);
        const waiting = await open(page, `${new URL(page.url()).pathname}/pruefen`);
        assert.equal(waiting.status(), 200, "who approves gets to what waits for approval");
      });
    });
  }

  it("a new authority names itself, and a refusal says why", async () => {
    const mailbox = `neu-${Date.now()}@beitritt.example`;
    await as(MODES.light, async (page) => {
      await open(page, "/beitreten?neu");
      await press(page, "Anmeldung abschicken");
      assert.equal(await page.locator("#fehler").count(), 1, "an empty form is refused with a summary");
      await page.locator("#f-organisation_name").fill("Stadt Neuenkamp an der Lüne");
      await page.locator("#f-person").fill("Cord Behn");
      await page.locator("#f-email").fill(mailbox);
      await press(page, "Anmeldung abschicken");
      assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
    });
    const confirmation = await linkOfMail(mailbox, "/beitreten/bestaetigen");
    await as(MODES.light, async (page) => {
      await open(page, confirmation);
      await press(page, "Ja, wir möchten mitmachen");
    });
    await as({ ...MODES.light, storageState: operator }, async (page) => {
      await open(page, "/betrieb/antraege");
      const row = page.locator("main").getByRole("link", { name: /Neuenkamp/ }).first();
      await Promise.all([page.waitForEvent("load"), row.click()]);
      await press(page, "Ablehnen");
      assert.equal(await page.locator("#fehler").count(), 1, "a refusal needs a reason");
      await page.locator("#f-note").fill("Bitte melden Sie sich mit einer dienstlichen Adresse an.");
      await press(page, "Ablehnen");
      assert.equal(await page.locator("#fehler").count(), 0);
    });
  });
});
