// One Chromium per test file, one fresh context per visit, and a guard on every context: a request that leaves the
// server under test, an error on the console or an uncaught exception fails the visit.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

/** The server under test; there is no default, so that a run without one fails instead of passing. */
export const BASE = required("MAKI_URL").replace(/\/$/, "");
const EXECUTABLE = required("MAKI_CHROMIUM");

/** Whether every engine runs in every mode (`all`) or in the modes that find most (`fast`). */
export const EVERY_MODE = process.env.MAKI_E2E_MODES === "all";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The ways a page is looked at; `light` is the plain one. */
export const MODES = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  forced: { forcedColors: "active", viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 320, height: 640 } },
};

/** A setting that `cargo xtask test` gives; there is no default. */
export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the browser tests by \`cargo xtask test\``);
  return value;
}

/** Starts Chromium with a profile of its own; `close` removes the profile. */
export async function launch() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "maki-chromium-"));
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: FLAGS,
    env: { ...process.env, HOME: profile },
  });
  return {
    browser,
    async close() {
      await browser.close();
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The cookies that signing in may set; the public gets none. */
const SESSION = ["__Host-maki"];

/**
 * Runs `work` with a page in a fresh context; afterwards nothing may have left the origin or gone wrong in it. With
 * `signedIn` a session's cookie may be there, with `beside` another origin may be visited.
 */
export async function visit(browser, { signedIn = false, beside, ...options }, work) {
  const context = await browser.newContext({ locale: "de-DE", timezoneId: "Europe/Berlin", ...options });
  const outside = [];
  const errors = [];
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    const known = [BASE, beside].filter(Boolean).map((known) => new URL(known).origin);
    if (known.includes(url.origin) || url.protocol === "data:") return route.continue();
    // What pages of another origin load is theirs to answer for; here it gets nothing.
    const from = beside && new URL(route.request().frame().url()).origin;
    if (!beside || from !== new URL(beside).origin) outside.push(url.href);
    return route.abort();
  });
  context.on("weberror", (error) => errors.push(String(error.error())));
  context.on("console", (message) => {
    // The browser notes every error page as a failed resource; whether a status is right is asserted elsewhere.
    const isStatus = /the server responded with a status of/.test(message.text());
    const isElsewhere = beside && !message.location().url.startsWith(BASE);
    if (message.type() === "error" && !isStatus && !isElsewhere) errors.push(message.text());
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  try {
    const value = await work(page, context);
    assert.deepEqual(outside, [], "requests that leave the origin");
    assert.deepEqual(errors, [], "errors on the console");
    // Cookies do not know ports: those of a provider on this machine look like ours.
    const cookies = (await context.cookies(BASE)).map((cookie) => cookie.name);
    const ours = beside ? cookies.filter((name) => name.startsWith("__Host-")) : cookies;
    assert.deepEqual(ours.filter((name) => !(signedIn && SESSION.includes(name))), [], "cookies");
    return value;
  } finally {
    await context.close();
  }
}

/** Opens a path of the server under test and returns the response. */
export async function open(page, where) {
  const response = await page.goto(BASE + where, { waitUntil: "load" });
  assert.ok(response, `no response for ${where}`);
  return response;
}

/** A test name for a page in a mode. */
export const label = (page, mode) => (mode ? `${page.path} (${mode})` : page.path);
