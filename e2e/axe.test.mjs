// axe-core on every page: in light and at 320 px always, in dark and forced colours too when every mode is asked for.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EVERY_MODE, MODES, label, launch, open, visit } from "./support/browser.mjs";
import { axe } from "./support/engines.mjs";
import { pages } from "./support/pages.mjs";

const all = await pages();
const modes = EVERY_MODE ? Object.keys(MODES) : ["light", "narrow"];

describe("axe", () => {
  let chromium;
  before(async () => {
    chromium = await launch();
  });
  after(() => chromium.close());

  for (const page of all) {
    for (const mode of modes) {
      it(label(page, mode), () =>
        visit(chromium.browser, MODES[mode], async (tab) => {
          await open(tab, page.path);
          assert.deepEqual(await axe(tab), []);
        }),
      );
    }
  }

  // Dark is a theme of its own: the pages with the most components are looked at in it every time.
  if (!EVERY_MODE) {
    for (const page of all.filter((page) => /^\/(dashboard|systeme.*|karte)?$/.test(page.path))) {
      it(label(page, "dark"), () =>
        visit(chromium.browser, MODES.dark, async (tab) => {
          await open(tab, page.path);
          assert.deepEqual(await axe(tab), []);
        }),
      );
    }
  }
});
