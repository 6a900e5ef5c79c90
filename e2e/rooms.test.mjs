// Every room behind the sign-in, looked at by every engine, as whoever may be there. Runs after the journeys and finds
// what they left; what is missing then it makes itself. A room that nobody found fails.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { BASE, EVERY_MODE, MODES, label, launch, open, visit } from "./support/browser.mjs";
import { CHATBOT, walk } from "./support/check.mjs";
import { beginConfidential, fillConfidential, submitConfidential } from "./support/confidential.mjs";
import { axe, equalAccess, htmlValidate } from "./support/engines.mjs";
import { entryOf, highRisk, throughTheForm } from "./support/forms.mjs";
import * as manual from "./support/manual.mjs";
import { linkOfMail, press } from "./support/people.mjs";
import { crawl, missed, session } from "./support/rooms.mjs";

const EDITOR = "ki@talheide.example";
const APPROVER = "freigabe@talheide.example";
const ADMIN = "verwaltung@leinemark.example";
const PEOPLE = [
  ...[EDITOR, APPROVER, ADMIN, "erfassung@leinemark.example", "freigabe@leinemark.example"],
  ...["betrieb@maki.example", "koordination@it-verbund-heidemark.example", "pruefung@leinemark.example"],
  "lesen@leinemark.example",
];

/** A room that is open to everybody and to which every page leads. */
const EVERYBODYS = "/ki-vo-check";

const chromium = await launch();
const sessions = new Map();
for (const email of PEOPLE) sessions.set(email, await session(chromium.browser, email));
/** With a page as somebody, or as nobody. */
const as = (email, work, options = MODES.light) =>
  visit(chromium.browser, { ...options, signedIn: true, storageState: sessions.get(email) }, work);

/** An application on its way; gives the link that confirms it. */
async function apply(mark) {
  const mailbox = `${mark.toLowerCase()}-${Date.now()}@beitritt.example`;
  await as(null, async (page) => {
    await open(page, "/beitreten?neu");
    await page.locator("#f-organisation_name").fill(`Stadt ${mark}`);
    await page.locator("#f-person").fill("Imke Lau");
    await page.locator("#f-email").fill(mailbox);
    await press(page, "Anmeldung abschicken");
  });
  return linkOfMail(mailbox, "/beitreten/bestaetigen");
}

/** What the rooms need to have something in them; gives paths that no page links to. */
async function furnish() {
  const home = await as(EDITOR, async (page) => {
    await open(page, "/arbeit");
    return new URL(page.url()).pathname;
  });
  const begin = (how) =>
    as(EDITOR, async (page) => {
      await open(page, `${home}/neu`);
      await page.locator("#f-name").fill(`Raumprüfung ${how} ${Date.now()}`);
      await page.locator(`input[name=wahl][value=${how}]`).check();
      await press(page, "Eintrag beginnen");
      if (how === "short") await throughTheForm(page);
      return entryOf(page);
    });
  const draft = await begin("full");
  const assessed = await as(EDITOR, async (page) => {
    await open(page, `${draft}/ki-vo-check/system`);
    await press(page, "KI-VO-Check beginnen");
    await walk(page, CHATBOT);
    await press(page, "Festhalten und eintragen");
    return new URL(await page.locator("main tbody a").first().getAttribute("href"), BASE).pathname;
  });
  const reported = await as(EDITOR, async (page) => {
    const entry = await highRisk(page, home, `Raumprüfung Meldung ${Date.now()}`);
    await open(page, `${entry}/abschnitt/impact_assessments`);
    await page.locator("#f-fria_summary").fill("Ein Mensch entscheidet.");
    await Promise.all([page.waitForEvent("load"), page.locator("main form button[type=submit]").first().click()]);
    return entry;
  });
  const [submitted, published, complete] = [await begin("short"), await begin("short"), await begin("short")];
  await as(EDITOR, async (page) => {
    await open(page, complete);
    await press(page, "Zurückholen und ändern");
  });
  await as(APPROVER, async (page) => {
    await open(page, `${published}/freigabe`);
    await press(page, "Freigeben und veröffentlichen");
  });
  // Somebody else uses it and proposes a change.
  const proposed = await as("erfassung@leinemark.example", async (page) => {
    await open(page, "/arbeit");
    const search = `${new URL(page.url()).pathname}/neu?q=Raumpr%C3%BCfung`;
    const own = page.locator("main li").filter({ hasText: "Raumprüfung" }).locator("button[name=system]").first();
    await open(page, search);
    // The index follows what was published, a moment later.
    for (let again = 0; again < 20 && !(await own.count()); again += 1) {
      await page.waitForTimeout(250);
      await open(page, search);
    }
    await Promise.all([page.waitForEvent("load"), own.click()]);
    await open(page, entryOf(page));
    const href = await page.locator("main a[href$='/vorschlag']").first().getAttribute("href");
    const path = new URL(href, BASE).pathname;
    await open(page, `${path}?abschnitt=basics`);
    await page.locator("#f-purpose").fill("Kürzt Texte, bevor jemand sie liest.");
    await page.locator("main textarea").last().fill("So steht es in der Anleitung.");
    await press(page, "Vorschlag senden");
    assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
    return path;
  });
  await as(EDITOR, async (page) => {
    await open(page, `${home}/tokens`);
    await page.locator("#f-name").fill("IT-Verzeichnis");
    await page.locator("input[name=scopes]").first().check();
    await press(page, "Token anlegen");
  });
  await as(null, async (page) => {
    await open(page, "/passwort-vergessen");
    await page.locator("#f-email").fill("lesen@leinemark.example");
    await press(page, "Link anfordern");
  });
  // Confidential entries: one in the making, one that is complete, one that waits, one that others may read.
  const secret = async (work) =>
    as(EDITOR, async (page) => {
      const path = await beginConfidential(page, `Vertrauliche Raumprüfung ${Date.now()}`);
      await work(page, path);
      return path;
    });
  const hidden = await secret(() => {});
  const whole = await secret(fillConfidential);
  const handIn = async (page, path) => {
    await fillConfidential(page, path);
    await submitConfidential(page, path);
  };
  const [waiting, readable] = [await secret(handIn), await secret(handIn)];
  await as(APPROVER, async (page) => {
    await open(page, `${readable}/freigabe`);
    await press(page, "Vertraulich freigeben");
    await open(page, `${readable}/leser`);
    await page.locator("#f-email").fill("pruefung@leinemark.example");
    await press(page, "Benennen");
  });
  const guest = `gast-${Date.now()}@leinemark.example`;
  await as(ADMIN, async (page) => {
    await open(page, "/arbeit");
    await open(page, `${new URL(page.url()).pathname}/team`);
    await page.locator("#f-name").fill("Gesa Holm");
    await page.locator("#f-email").fill(guest);
    await page.locator("input[name=roles][value=reader]").check();
    await press(page, "Einladen");
  });
  const confirmed = await apply("Sandhorst");
  await as(null, async (page) => {
    await open(page, confirmed);
    await press(page, "Ja, wir möchten mitmachen");
  });
  return {
    [EDITOR]: [
      ...[home, draft, assessed, submitted, `${submitted}/eingereicht`, published, `${reported}/eu-meldung`],
      ...["mehrere", "entwuerfe", "pruefen", "veroeffentlicht", "zurueck"].map((list) => `${home}/${list}`),
      ...["kurz/1", "kurz/2", "einreichen"].map((step) => `${complete}/${step}`),
      ...["/arbeit/vertraulich", hidden, `${hidden}/rechtsgrund`, `${whole}/einreichen`],
    ],
    [APPROVER]: ["freigegeben", "zurueckziehen"].map((step) => `${published}/${step}`)
      .concat(`${submitted}/freigabe`, `${waiting}/freigabe`, `${readable}/lesen`, `${readable}/leser`),
    "erfassung@leinemark.example": [proposed, `${proposed}?abschnitt=basics`],
    "lesen@leinemark.example": ["/arbeit/nachnutzen/DEMO-2026-000001"],
    "koordination@it-verbund-heidemark.example": [`${home}/eu-meldung/stand`],
    "betrieb@maki.example": ["codes", "entfernen"].map((step) => `/konto/zweiter-faktor/${step}`),
    nobody: [
      EVERYBODYS,
      ...["/anmelden", "/beitreten", "/beitreten?name=stadt", "/beitreten?neu", "/passwort-vergessen"],
      ...[await apply("Moorweiler"), await linkOfMail(guest, "/einladung")],
      await linkOfMail("lesen@leinemark.example", "/passwort"),
    ],
  };
}

const starts = await furnish();
const seen = new Set([EVERYBODYS]);
/** Who looks at what. */
const rooms = [];
for (const email of [EDITOR, APPROVER, ...PEOPLE.filter((one) => one !== EDITOR && one !== APPROVER)]) {
  const own = [...(starts[email] ?? []), "/arbeit", "/konto", "/betrieb"];
  for (const path of await crawl(chromium.browser, sessions.get(email), own, seen)) rooms.push({ email, path });
}
for (const path of starts.nobody) rooms.push({ email: null, path });
if (EVERY_MODE) rooms.push(...rooms.map((one) => ({ ...one, path: `/en${one.path}` })));

/** Findings of several checks on a page that is open. */
async function findings(tab, context, checks) {
  const found = [];
  for (const check of checks) found.push(...(await check(tab, context)));
  return found;
}

/** The HTML as sent, with the session of the page. */
async function html(tab) {
  const response = await tab.request.get(tab.url());
  return htmlValidate(await response.text());
}

const { tabWalk, targetSize, headings, names, reflow, textSpacing, textTwice, forcedColours, reducedMotion } = manual;
const CHECKS = [
  ["light", MODES.light, [tabWalk, targetSize, headings, names, html, axe, equalAccess]],
  ["narrow", MODES.narrow, [reflow, axe, textSpacing]],
  ...(EVERY_MODE
    ? [
        ["dark", MODES.dark, [axe, equalAccess]],
        ["forced", MODES.forced, [forcedColours, axe, equalAccess]],
        ["large text", MODES.light, [textTwice]],
        ["reduced motion", { ...MODES.light, reducedMotion: "reduce" }, [reducedMotion]],
      ]
    : []),
];

/** Forms that are sent as they are, which none of them takes. */
const REFUSED = [
  [null, "/anmelden", "Anmelden"],
  [null, "/beitreten?neu", "Anmeldung abschicken"],
  [EDITOR, `${starts[EDITOR][0]}/tokens`, "Token anlegen"],
  [EDITOR, `${starts[EDITOR][0]}/team`, "Einladen"],
  [EDITOR, `${starts[EDITOR][0]}/neu`, "Eintrag beginnen"],
  [EDITOR, "/konto/passwort", null],
  [EDITOR, `${starts[EDITOR][0]}/vertraulich/neu`, "Eintrag beginnen"],
];

describe("rooms", () => {
  after(() => chromium.close());

  it("all of them are looked at", () => {
    assert.deepEqual(missed(rooms.map((one) => one.path.replace(/^\/en/, ""))), []);
  });

  for (const { email, path } of rooms) {
    // English is laid out the same; its words are looked at once.
    for (const [mode, options, checks] of path.startsWith("/en") ? CHECKS.slice(0, 1) : CHECKS) {
      it(`${label({ path }, mode)}: ${checks.map((check) => check.name).join(", ")}`, () =>
        as(
          email,
          async (tab, context) => {
            const response = await open(tab, path);
            assert.equal(response.status(), 200);
            assert.deepEqual(await findings(tab, context, checks), []);
          },
          options,
        ));
    }
  }

  for (const [email, path, button] of REFUSED) {
    it(`${path}: what is wrong is said at the top, in the field, and to every engine`, () =>
      as(email, async (tab, context) => {
        await open(tab, path);
        if (button) await press(tab, button);
        else {
          const send = tab.locator("main form[method=post] button").last();
          await Promise.all([tab.waitForEvent("load"), send.click()]);
        }
        const summary = tab.locator("#fehler");
        assert.equal(await summary.count(), 1, await tab.locator("main").innerText());
        assert.ok(await summary.evaluate((e) => e.contains(document.activeElement)), "the summary has the focus");
        for (const link of await summary.locator("a[href^='#']").all()) {
          const target = await link.getAttribute("href");
          assert.ok(await tab.locator(target).count(), `${target} is nowhere`);
        }
        assert.deepEqual(await findings(tab, context, [headings, names, axe, equalAccess]), []);
      }));
  }

  it("without a session there is nothing to see", async () => {
    for (const { email, path } of rooms.filter((one) => one.email)) {
      const answer = await fetch(BASE + path, { redirect: "manual" });
      assert.equal(answer.status, 303, `${path} of ${email}`);
    }
  });
});
