// The rooms behind the sign-in: who goes where, found by following what pages link, and compared with the list of all
// rooms that the server has, so that none is missed.

import assert from "node:assert/strict";
import fs from "node:fs";
import { BASE, EVERY_MODE, MODES, open, visit } from "./browser.mjs";
import { signIn } from "./people.mjs";

/** Paths of all rooms, with `{}` where an address has something of its own. */
const ROOMS = fs
  .readFileSync(new URL("./rooms.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((room) => room.replace(/\{\w+\}/g, "{}"));

/** Sections of an entry are different pages, and so are the pages of the short form; the first of them show most. */
const ALWAYS = EVERY_MODE ? /\/(abschnitt|kurz)\/[^/]+$/ : /\/(abschnitt\/(basics|use|reuse)|kurz\/[^/]+)$/;
/** Pages of a list and the like are looked at once. */
const MOST_VISITS = 400;

/** The room that a path leads to. */
export function room(path) {
  const parts = path.split(/[?#]/)[0].split("/");
  const fits = (one) => {
    const wanted = one.split("/");
    return wanted.length === parts.length && wanted.every((part, at) => part === "{}" || part === parts[at]);
  };
  // Where both a name and something of its own fit, the name is meant.
  return ROOMS.filter(fits).sort((a, b) => a.split("{}").length - b.split("{}").length)[0];
}

/** Signs somebody in and keeps the session. */
export async function session(browser, email) {
  return visit(browser, { ...MODES.light, signedIn: true }, async (page, context) => {
    await signIn(page, email);
    return context.storageState();
  });
}

/**
 * Follows the links of the rooms from some of them on. Gives a path for each room, and for every section of an entry;
 * `seen` are those that others have found.
 */
export async function crawl(browser, storageState, starts, seen) {
  return visit(browser, { ...MODES.light, storageState, signedIn: true }, async (page) => {
    const found = [];
    const known = new Set();
    const queue = [...starts];
    for (let visits = 0; queue.length && visits < MOST_VISITS; visits += 1) {
      const path = queue.shift();
      const response = await open(page, path);
      if (response.status() !== 200) continue;
      // A room may lead on to another one.
      const here = new URL(page.url());
      const arrived = here.pathname + here.search;
      const key = ALWAYS.test(here.pathname) ? here.pathname : room(here.pathname);
      if (!key || seen.has(key)) continue;
      seen.add(key);
      found.push(arrived);
      const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href));
      for (const link of links) {
        const url = new URL(link);
        if (url.origin !== new URL(BASE).origin || !room(url.pathname)) continue;
        const next = url.pathname + url.search;
        const nextKey = ALWAYS.test(url.pathname) ? url.pathname : room(url.pathname);
        if (!known.has(next) && !seen.has(nextKey)) {
          known.add(next);
          queue.push(next);
        }
      }
    }
    assert.ok(queue.length === 0, `more than ${MOST_VISITS} pages to look at`);
    return found;
  });
}

/** Rooms that none of these paths leads to. */
export function missed(paths) {
  const found = new Set(paths.map(room));
  return ROOMS.filter((one) => !found.has(one));
}
