// IBM Equal Access on every page: in light always, in every mode when asked for.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EVERY_MODE, MODES, label, launch, open, visit } from "./support/browser.mjs";
import { equalAccess } from "./support/engines.mjs";
import { pages } from "./support/pages.mjs";

const all = await pages();
const modes = EVERY_MODE ? Object.keys(MODES) : ["light"];

describe("Equal Access", () => {
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
          assert.deepEqual(await equalAccess(tab), []);
        }),
      );
    }
  }
});
