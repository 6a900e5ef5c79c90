// People of the demonstration, and the mails that the server under test writes into a folder.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { BASE, open, required } from "./browser.mjs";

const PEOPLE = JSON.parse(fs.readFileSync(required("MAKI_E2E_PEOPLE"), "utf8"));

/** The password of somebody. */
export function password(email) {
  const person = PEOPLE.find((one) => one.email === email);
  assert.ok(person, `${email} is nobody of the demonstration`);
  return person.password;
}

/** Signs somebody in by the form, and waits until the page after it is there. */
export async function signIn(page, email) {
  await open(page, "/anmelden");
  await page.locator("#f-email").fill(email);
  await page.locator("#f-password").fill(password(email));
  await press(page, "Anmelden");
  await page.waitForURL((url) => !url.pathname.endsWith("/anmelden"));
}

/** Presses the button of this name in the main part and waits for the page that comes of it. */
export async function press(page, name) {
  await Promise.all([
    page.waitForEvent("load"),
    page.locator("main").getByRole("button", { name, exact: true }).first().click(),
  ]);
}

/** Follows the link of this name in the main part. */
export async function follow(page, name) {
  await Promise.all([
    page.waitForEvent("load"),
    page.locator("main").getByRole("link", { name, exact: true }).first().click(),
  ]);
}

/** The first link of a mail to an address that leads to a path; waits until the mail is there. */
export async function linkOfMail(address, prefix) {
  const folder = required("MAKI_E2E_MAILS");
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const mails = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    for (const name of mails.sort().reverse()) {
      const mail = decoded(fs.readFileSync(path.join(folder, name), "utf8"));
      if (!mail.includes(address)) continue;
      const found = mail.match(new RegExp(`${BASE}(?:/en)?${prefix}/[A-Za-z0-9_-]+`));
      if (found) return found[0].slice(BASE.length);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`no mail to ${address} with a link to ${prefix}`);
}

/** Quoted-printable as mails have it (RFC 2045, section 6.7). */
function decoded(mail) {
  return mail.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
