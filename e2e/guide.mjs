// The pictures of the guide, from the pages as they are: `cargo xtask guide` runs this and writes them where the build
// takes them from, in both languages.

import fs from "node:fs";
import path from "node:path";
import { MODES, launch, open, required, visit } from "./support/browser.mjs";
import { entryOf, throughTheForm } from "./support/forms.mjs";
import { linkOfMail, press } from "./support/people.mjs";
import { session } from "./support/rooms.mjs";

const FOLDER = required("MAKI_GUIDE");
const EDITOR = "ki@talheide.example";
const APPROVER = "freigabe@talheide.example";
const ADMIN = "verwaltung@leinemark.example";
const OPERATOR = "betrieb@maki.example";
const WIDE = { ...MODES.light, viewport: { width: 960, height: 900 } };
/** Longer pages are cut: the picture shows where to begin. */
const HIGHEST = 720;

const chromium = await launch();
const sessions = new Map();
for (const email of [EDITOR, APPROVER, ADMIN, OPERATOR]) sessions.set(email, await session(chromium.browser, email));
const as = (email, work) =>
  visit(chromium.browser, { ...WIDE, signedIn: true, storageState: sessions.get(email) }, work);

/** The picture of a page from a part of it on, in both languages. */
async function picture(name, email, where, part = "main h1") {
  for (const [language, prefix] of [
    ["de", ""],
    ["en", "/en"],
  ]) {
    await as(email, async (page) => {
      await open(page, prefix + where);
      const whole = await page.locator("main .kern-container").boundingBox();
      const from = (await page.locator(part).first().boundingBox()).y - 12;
      const height = Math.min(whole.y + whole.height - from, HIGHEST);
      const clip = { x: whole.x, y: from, width: Math.min(whole.width, 800), height };
      const file = path.join(FOLDER, language, `${name}.png`);
      await page.screenshot({ path: file, clip, fullPage: true });
      console.log(`${file}: ${Math.round(fs.statSync(file).size / 1000)} kB`);
    });
  }
}

const home = await as(EDITOR, async (page) => {
  await open(page, "/arbeit");
  return new URL(page.url()).pathname;
});
const begin = (name, how) =>
  as(EDITOR, async (page) => {
    await open(page, `${home}/neu`);
    await page.locator("#f-name").fill(name);
    await page.locator(`input[name=wahl][value=${how}]`).check();
    await press(page, "Eintrag beginnen");
    if (how === "short") await throughTheForm(page);
    return entryOf(page);
  });
const draft = await begin("Posteingang sortieren", "full");
const submitted = await begin("Schreibassistent im Büroprogramm", "short");

await as(null, async (page) => {
  await open(page, "/beitreten?neu");
  await page.locator("#f-organisation_name").fill("Stadt Neuenkamp");
  await page.locator("#f-person").fill("Imke Lau");
  await page.locator("#f-email").fill("ki@neuenkamp.example");
  await press(page, "Anmeldung abschicken");
});
const confirmation = await linkOfMail("ki@neuenkamp.example", "/beitreten/bestaetigen");
await as(null, async (page) => {
  await open(page, confirmation);
  await press(page, "Ja, wir möchten mitmachen");
});
const application = await as(OPERATOR, async (page) => {
  await open(page, "/betrieb/antraege");
  return new URL(await page.locator("main a[href*='/antraege/']").first().evaluate((a) => a.href)).pathname;
});
const team = await as(ADMIN, async (page) => {
  await open(page, "/arbeit");
  return `${new URL(page.url()).pathname}/team`;
});

await picture("beitreten", null, "/beitreten?neu");
await picture("team", ADMIN, team);
await picture("neu", EDITOR, `${home}/neu?q=Posteingang`);
await picture("uebersicht", EDITOR, draft);
await picture("uebernehmen", EDITOR, `${home}/neu?q=Wohngeld`, "main .m-cards");
await picture("pruefen", APPROVER, `${submitted}/freigabe`);
await picture("token", EDITOR, `${home}/tokens`, "#neu");
await picture("anmeldung", OPERATOR, application);
await chromium.close();
