// People of the demonstration, and the mails that the server under test writes into a folder.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
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

/** What sets up somebody's second factor, if there is one. */
export function secondFactor(email) {
  return PEOPLE.find((one) => one.email === email)?.totp_uri;
}

/** Signs somebody in by the form, with the second factor where there is one, and waits until the page after it is there. */
export async function signIn(page, email, secret = password(email)) {
  await open(page, "/anmelden");
  await page.locator("#f-email").fill(email);
  await page.locator("#f-password").fill(secret);
  await press(page, "Anmelden");
  const uri = secondFactor(email);
  // A code counts once: whoever signed in just now waits for the next one.
  for (let attempt = 0; uri && attempt < 2 && (await page.locator("#f-code").count()); attempt += 1) {
    if (attempt) await new Promise((resolve) => setTimeout(resolve, 30_000 - (Date.now() % 30_000) + 500));
    await page.locator("#f-code").fill(totp(uri));
    await press(page, "Weiter");
  }
  await page.waitForURL((url) => !url.pathname.includes("/anmelden"));
}

/** Six digits for this moment, as RFC 6238 makes them. */
function totp(uri) {
  const secret = new URL(uri).searchParams.get("secret");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
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
