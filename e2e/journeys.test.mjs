// The ways people take through the register: with a mouse, with the keyboard alone, without JavaScript; by search,
// by figures, by authority; down to the files they take away. They read what is on the page, as people do.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BASE, MODES, launch, open, visit } from "./support/browser.mjs";
import { links, read, steckbrief } from "./support/pages.mjs";

const number = (text) => Number(text.match(/\d[\d.,]*/)?.[0].replace(/[.,]/g, ""));

/** The links to entries in the list of hits. */
const hits = (page) => page.locator("main .m-card__title a");

async function searchThenFilterThenRead(page) {
  await open(page, "/");
  await page.locator("main form input[name=q]").first().fill("Wohngeld");
  await page.locator("main form input[name=q]").first().press("Enter");
  await page.waitForURL(/\/systeme\?.*q=Wohngeld/);
  const found = await hits(page).count();
  assert.ok(found > 0, "the search finds nothing");

  const unchecked = page.locator("form input[type=checkbox]:not(:checked)").first();
  // By its id: the filters are drawn anew when one is taken, and then another one is the first.
  const filter = page.locator(`[id="${await unchecked.getAttribute("id")}"]`);
  await openAround(filter);
  const [name, value] = [await filter.getAttribute("name"), await filter.getAttribute("value")];
  await filter.check();
  // With JavaScript a filter applies at once, without it by the button.
  if (!(await page.locator("html.m-live").count())) {
    await page.locator("form:has(input[type=checkbox]) .m-filter__actions button[type=submit]").click();
  }
  await page.waitForURL((url) => url.searchParams.getAll(name).includes(value));
  assert.ok((await hits(page).count()) <= found, "a filter adds hits");

  const first = hits(page).first();
  const title = (await first.innerText()).trim();
  await first.click();
  await page.waitForURL(/\/systeme\/[^/?]+$/);
  assert.equal((await page.locator("h1").innerText()).replaceAll("\u00ad", "").trim(), title.replaceAll("\u00ad", ""));
}

/** Opens every closed <details> around an element, as a reader would by a click. */
async function openAround(locator) {
  await locator.evaluate((element) => {
    for (let up = element; up; up = up.parentElement) if (up.matches("details")) up.open = true;
  });
}

describe("journeys", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());
  const tab = (options, work) => () => visit(chromium.browser, options, work);

  it("search, filter, read", tab(MODES.light, searchThenFilterThenRead));
  it("search, filter, read on a telephone", tab({ viewport: { width: 360, height: 740 } }, searchThenFilterThenRead));
  it(
    "search, filter, read without JavaScript",
    tab({ ...MODES.light, javaScriptEnabled: false }, searchThenFilterThenRead),
  );

  it(
    "by keyboard alone from the start page to a Steckbrief",
    tab(MODES.light, async (page) => {
      await open(page, "/");
      await tabTo(page, (e) => e.matches("main input[name=q]"));
      await page.keyboard.type("Wohngeld");
      await page.keyboard.press("Enter");
      await page.waitForURL(/q=Wohngeld/);
      await tabTo(page, (e) => /^\/systeme\/[^/?#.]+$/.test(e.getAttribute("href") ?? ""));
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/systeme\/[^/?]+$/);
    }),
  );

  it(
    "a filter is taken off again by its chip",
    tab(MODES.light, async (page) => {
      await open(page, "/systeme");
      const all = number(await count(page));
      const [name, value] = await page
        .locator("form input[type=checkbox]")
        .first()
        .evaluate((e) => [e.name, e.value]);
      await open(page, `/systeme?${new URLSearchParams({ [name]: value })}`);
      assert.ok(number(await count(page)) < all, "a filter takes nothing away");
      await page.locator(`main a.m-chip:not([href*="${name}="])`).first().click();
      assert.equal(number(await count(page)), all);
    }),
  );

  // The test command imports this revision while the server runs.
  it(
    "a revision made while the server runs is found, and its versions are compared",
    tab(MODES.light, async (page) => {
      const path = await eventually(() => steckbrief("Erprobungsvermerk"));
      await open(page, path);
      await page.locator(`main a[href="${path}/versionen"]`).first().click();
      await page.locator(`main a[href*="/versionen/2?"]`).first().click();
      await page.waitForURL(/\/versionen\/2\?/);
      assert.match(await page.locator("main").innerText(), /Erprobungsvermerk/);
      const added = page.locator("main ins").filter({ hasText: "Erprobungsvermerk" });
      assert.ok((await added.count()) > 0, "the comparison does not mark what was added");
      await open(page, `${path}/versionen/1`);
      await page.locator(`main a[href="${path}"], nav a[href="${path}"]`).first().click();
      await page.waitForURL((url) => url.pathname === path);
    }),
  );

  it(
    "a bar of the dashboard leads to as many systems as it says",
    tab(MODES.light, async (page) => {
      await open(page, "/dashboard");
      const bar = page.locator('main a[href^="/systeme?"]').first();
      const row = bar.locator("xpath=ancestor-or-self::*[self::tr or self::li or self::a][1]");
      const said = number((await row.innerText()).replace(/^.*?(\d[\d.]*)\s*$/s, "$1"));
      await bar.click();
      assert.equal(number(await count(page)), said);
    }),
  );

  it(
    "the other language is one click away and back",
    tab(MODES.light, async (page) => {
      for (const path of ["/", "/systeme?q=Wohngeld", await steckbrief(), "/dashboard"]) {
        await open(page, path);
        await page.locator("header a[hreflang=en]").first().click();
        await page.waitForURL(/\/en(\/|$|\?)/);
        await page.locator("header a[hreflang=de]").first().click();
        await page.waitForURL((url) => url.pathname + url.search === path);
      }
    }),
  );

  it("every link of the main pages leads somewhere", async () => {
    const seen = new Set();
    for (const from of ["/", "/systeme", "/behoerden", "/dashboard", "/daten", "/glossar", "/en/", await steckbrief()]) {
      for (const path of (await links(from, /^\/(?!\/)/)).slice(0, 60)) seen.add(path.split("#")[0]);
    }
    const broken = [];
    await inTurn([...seen], 8, async (path) => {
      const response = await fetch(BASE + path, { redirect: "manual" });
      await response.arrayBuffer();
      if (response.status >= 400) broken.push(`${path} answers ${response.status}`);
    });
    assert.deepEqual(broken, []);
  });
});

/** The sentence that says how many systems were found. */
async function count(page) {
  return page.locator("main [role=status]").first().innerText();
}

/** Presses Tab until the focused element is the one looked for. */
async function tabTo(page, isIt) {
  for (let turn = 0; turn < 150; turn += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(`(${isIt})(document.activeElement)`);
    if (found) return;
  }
  assert.fail("not reached by Tab");
}

/** Repeats until it succeeds, for what follows within a second or two. */
async function eventually(work, seconds = 10) {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

async function inTurn(items, width, work) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (queue.length) await work(queue.shift());
    }),
  );
}

describe("files to take away", () => {
  const KINDS = {
    csv: { type: /^text\/csv/, check: (bytes) => assert.ok(text(bytes).split("\n").length > 2, "no rows") },
    xlsx: { type: /spreadsheetml/, check: (bytes) => assert.deepEqual([...bytes.slice(0, 2)], [0x50, 0x4b]) },
    jsonl: {
      type: /ndjson/,
      check: (bytes) => text(bytes).trim().split("\n").forEach((line) => assert.ok(JSON.parse(line).organisation, line)),
    },
    json: { type: /^application\/json/, check: (bytes) => assert.ok(JSON.parse(text(bytes)).length > 0, "no entries") },
    atom: { type: /atom\+xml/, check: (bytes) => assert.match(text(bytes), /<feed[\s>].*<entry[\s>]/s) },
  };
  const text = (bytes) => new TextDecoder().decode(bytes);

  for (const [from, where] of [
    ["everything", "/daten"],
    ["a search result", "/systeme?q=Wohngeld"],
  ]) {
    it(`${from} as CSV, XLSX, JSON, JSON Lines and feed`, async () => {
      const all = await links(where, /^\/(?!\/)/);
      for (const [kind, { type, check }] of Object.entries(KINDS)) {
        const path = all.find((href) => href.split("?")[0].endsWith(`.${kind}`));
        assert.ok(path, `${where} offers no ${kind}`);
        const response = await fetch(BASE + path);
        assert.equal(response.status, 200, path);
        assert.match(response.headers.get("content-type"), type, path);
        check(new Uint8Array(await response.arrayBuffer()));
      }
    });
  }
});

describe("bad input gets a clear answer", () => {
  const long = "a".repeat(5_000);
  for (const [path, statuses] of [
    [`/systeme?q=${encodeURIComponent('"unbalanced')}`, [200]],
    [`/systeme?q=${encodeURIComponent("(((*~\\")}`, [200]],
    [`/systeme?q=${long}`, [200, 400, 414]],
    ["/systeme?page=1000000000", [200, 400, 404]],
    ["/systeme?page=minus", [200, 400]],
    ["/systeme?gibtesnicht=1", [200, 400]],
    ["/systeme?land=99", [200, 400]],
    ["/systeme/%00", [400, 404]],
    ["/systeme/..%2f..%2fetc%2fpasswd", [400, 404]],
    ["/behoerden/nichts", [404]],
    ["/kennung/nichts/nichts", [404]],
  ]) {
    it(path.slice(0, 60), async () => {
      const response = await fetch(BASE + path);
      assert.ok(statuses.includes(response.status), `${response.status} for ${path.slice(0, 80)}`);
      const html = await response.text();
      assert.match(html, /<h1/);
      assert.match(html, /href="\//, "no way out");
    });
  }

  it("a mistyped Kennung gets the near ones offered", async () => {
    const path = await steckbrief();
    const wrong = path.replace(/(\d)(\d)$/, "$2$1") === path ? `${path}1` : path.replace(/\d$/, "");
    const response = await fetch(BASE + wrong);
    assert.equal(response.status, 404);
    assert.match(await response.text(), /href="\/systeme\/[^"?]+"/);
  });

  it("the API answers problem+json with a status and no inside", async () => {
    for (const path of ["/api/v1/systems/MAKI-1999-999999", "/api/v1/gibt-es-nicht"]) {
      const response = await fetch(BASE + path);
      assert.equal(response.status, 404, path);
      assert.match(response.headers.get("content-type"), /^application\/problem\+json/, path);
      const problem = await response.json();
      assert.equal(problem.status, 404);
      assert.ok(problem.title);
    }
  });
});

describe("API", () => {
  it("describes itself as OpenAPI 3.1", async () => {
    const document = JSON.parse(await read("/api/v1/openapi.json"));
    assert.match(document.openapi, /^3\.1/);
    assert.ok(Object.keys(document.paths).length >= 4);
  });

  it("may be read from any origin and pages by cursor", async () => {
    const response = await fetch(`${BASE}/api/v1/systems?q=KI`, { headers: { origin: "https://example.org" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.ok(response.headers.get("etag"), "no ETag");
  });
});
