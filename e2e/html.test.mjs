// The HTML of every page as the server sends it: valid, the right status, and the headers that protect its reader.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BASE, label } from "./support/browser.mjs";
import { htmlValidate } from "./support/engines.mjs";
import { pages } from "./support/pages.mjs";

const all = await pages();

const CSP = {
  "default-src": "'none'",
  "style-src": "'self'",
  "script-src": "'self'",
  "base-uri": "'none'",
  "frame-ancestors": "'none'",
  "form-action": "'self'",
};

const policy = (header) =>
  Object.fromEntries(header.split(";").map((part) => part.trim().split(/\s+(.*)/s).slice(0, 2)));

describe("HTML as sent", () => {
  for (const page of all) {
    it(label(page), async () => {
      const response = await fetch(BASE + page.path);
      assert.equal(response.status, page.status);
      const html = await response.text();
      assert.deepEqual(await htmlValidate(html), []);

      const { headers } = response;
      assert.match(headers.get("content-type"), /^text\/html; ?charset=utf-8$/i);
      assert.equal(headers.get("set-cookie"), null);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.ok(headers.get("referrer-policy"), "no Referrer-Policy");
      const sent = policy(headers.get("content-security-policy") ?? "");
      for (const [name, value] of Object.entries(CSP)) assert.equal(sent[name], value, name);

      const language = page.path.startsWith("/en") ? "en" : "de";
      assert.match(html, new RegExp(`<html[^>]* lang="${language}"`));
      assert.equal(html.match(/<h1[\s>]/g)?.length, 1, "exactly one h1");
      assert.doesNotMatch(html, /\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)/, "inline style or script");
    });
  }

  it("answers 304 to what the browser has already", async () => {
    const first = await fetch(`${BASE}/systeme`);
    const etag = first.headers.get("etag");
    assert.ok(etag, "no ETag");
    const again = await fetch(`${BASE}/systeme`, { headers: { "if-none-match": etag } });
    assert.equal(again.status, 304);
  });

  it("compresses", async () => {
    const response = await fetch(`${BASE}/systeme`, { headers: { "accept-encoding": "gzip" } });
    assert.equal(response.headers.get("content-encoding"), "gzip");
  });

  it("has no page twice under one title", async () => {
    const titles = new Map();
    // A filter narrows a page and keeps its title.
    for (const page of all.filter((page) => page.status === 200 && !page.path.includes("land="))) {
      const html = await (await fetch(BASE + page.path)).text();
      const title = html.match(/<title>([^<]*)<\/title>/)?.[1].trim();
      assert.ok(title, `${page.path} has no title`);
      // Proper names stay what they are in both languages.
      const key = `${page.path.startsWith("/en") ? "en" : "de"} ${title}`;
      assert.equal(titles.get(key), undefined, `${page.path} and ${titles.get(key)} are both “${title}”`);
      titles.set(key, page.path);
    }
  });
});
