// Keyboard, focus, targets, names, reflow, text spacing, large text, forced colours, reduced motion, no JavaScript:
// what is otherwise checked by hand, on every German page (and on every English one when every mode is asked for).

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EVERY_MODE, MODES, label, launch, open, visit } from "./support/browser.mjs";
import * as manual from "./support/manual.mjs";
import { pages } from "./support/pages.mjs";

const all = (await pages()).filter((page) => EVERY_MODE || !page.path.startsWith("/en"));

const CHECKS = [
  ["light", MODES.light, ["skipLink"]],
  ["light", MODES.light, ["tabWalk", "targetSize", "headings", "names"]],
  ["narrow", { viewport: { width: 320, height: 640 } }, ["reflow", "textSpacing"]],
  ["large text", MODES.light, ["textTwice"]],
  ["forced colours", MODES.forced, ["forcedColours"]],
  ["reduced motion", { ...MODES.light, reducedMotion: "reduce" }, ["reducedMotion"]],
];

describe("by hand", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());

  for (const page of all) {
    for (const [mode, options, checks] of CHECKS) {
      it(`${label(page, mode)}: ${checks.join(", ")}`, () =>
        visit(chromium.browser, options, async (tab, context) => {
          await open(tab, page.path);
          const findings = [];
          for (const check of checks) findings.push(...(await manual[check](tab, context)));
          assert.deepEqual(findings, []);
        }));
    }

    it(`${label(page)}: complete without JavaScript`, async () => {
      const read = (javaScriptEnabled) =>
        visit(chromium.browser, { ...MODES.light, javaScriptEnabled }, async (tab) => {
          await open(tab, page.path);
          return manual.content(tab);
        });
      const [plain, enhanced] = [await read(false), await read(true)];
      assert.deepEqual(plain.links, enhanced.links);
      assert.equal(plain.text, enhanced.text);
    });
  }
});
