// Signing in at a real provider of OpenID Connect, what a replayed answer gets, and logout that begins there.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, required, visit } from "./support/browser.mjs";
import { press, signIn } from "./support/people.mjs";
import { start } from "./support/provider.mjs";

const ISSUER = required("MAKI_E2E_PROVIDER");
/** Somebody with a password and no second factor. */
const PERSON = "ki@talheide.example";

/** Through the provider's own pages: name, password, consent. */
async function through(page, who) {
  await open(page, "/anmelden");
  await page.getByRole("link", { name: "Mit Verwaltungskonto anmelden" }).click();
  await atProvider(page, who);
}

/** Name, password and consent at the provider. */
async function atProvider(page, who) {
  await page.waitForURL(`${ISSUER}/**`);
  await page.locator("input[name=login]").fill(who);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.locator("form button[type=submit]").click();
}

describe("a provider of OpenID Connect", () => {
  let chromium;
  let provider;
  before(async () => {
    provider = await start(ISSUER, BASE);
    chromium = await launch();
  });
  after(async () => {
    await chromium.close();
    provider.stop();
  });
  const tab = (work) => () => visit(chromium.browser, { ...MODES.light, signedIn: true, beside: ISSUER }, work);

  it(
    "signs in, once per answer, and out again",
    tab(async (page) => {
      let answer;
      page.on("request", (request) => {
        if (request.url().startsWith(`${BASE}/anmelden/zurueck/`)) answer = request.url();
      });
      await through(page, "anna");
      await page.waitForURL(`${BASE}/arbeit**`);
      await open(page, "/konto");
      assert.match(await page.locator("main").innerText(), /Stadt Talheide: Erfassung/);

      // The same answer once more belongs to no handshake.
      const [refused] = await Promise.all([
        page.waitForRequest((request) => request.url().includes("grund=")),
        page.goto(answer),
      ]);
      assert.match(refused.url(), /grund=expired/);
      await open(page, "/konto");
      assert.equal(new URL(page.url()).pathname, "/konto", "the session stays");

      // Logout at the provider ends the session here.
      await page.goto(`${ISSUER}/session/end`);
      await page.locator("button[name=logout]").first().click();
      await page.waitForLoadState();
      await page.waitForTimeout(1_000);
      await open(page, "/konto");
      assert.equal(new URL(page.url()).pathname, "/anmelden", "the provider has ended it");
    }),
  );

  it(
    "is tied to an account that exists, and untied",
    tab(async (page) => {
      await signIn(page, PERSON);
      await open(page, "/konto");
      await page.getByRole("button", { name: "Mit Verwaltungskonto verbinden" }).click();
      await atProvider(page, "nobody");
      await page.waitForURL(`${BASE}/konto?anbieter=verbunden`);
      assert.match(await page.locator("main").innerText(), /Sie können sich künftig auch dort anmelden/);
      await page.context().clearCookies();
      await through(page, "nobody");
      await page.waitForURL(`${BASE}/arbeit**`);
      await open(page, "/konto");
      assert.match(await page.locator("main").innerText(), new RegExp(PERSON));
      await press(page, "Verbindung mit Verwaltungskonto lösen");
      assert.match(await page.locator("main").innerText(), /Die Verbindung ist gelöst/);
    }),
  );

  it(
    "lets nobody in whom the rules give nothing",
    tab(async (page) => {
      await through(page, "nobody");
      await page.waitForURL(/grund=unknown/);
      assert.match(await page.locator("main").innerText(), /noch keine Rolle/);
    }),
  );
});
