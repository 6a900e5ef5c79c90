// Pictures of the pages that matter most, for a person's eye and for the README:
//   node screenshots.mjs http://127.0.0.1:8080 OUTDIR
// writes start, search, steckbrief, dashboard and map at 1280 and 360 px, light and dark, as long as they are.
// With --readme it writes what the README shows: the first screen of the first three, light.

import fs from "node:fs";
import path from "node:path";

const forReadme = process.argv.includes("--readme");
const [url, folder] = process.argv.slice(2).filter((argument) => argument !== "--readme");
if (!url || !folder) {
  console.error("usage: node screenshots.mjs URL OUTDIR [--readme]");
  process.exit(2);
}
process.env.MAKI_URL = url;
process.env.MAKI_CHROMIUM ??= "/usr/bin/chromium";
const { launch, open, visit } = await import("./support/browser.mjs");
const { steckbrief } = await import("./support/pages.mjs");

const PAGES = {
  start: "/",
  search: "/systeme?q=Wohngeld",
  steckbrief: await steckbrief(),
  ...(forReadme ? {} : { dashboard: "/dashboard", map: "/karte" }),
};

fs.mkdirSync(folder, { recursive: true });
const chromium = await launch();
for (const [name, where] of Object.entries(PAGES)) {
  for (const width of [1280, 360]) {
    for (const colorScheme of forReadme ? ["light"] : ["light", "dark"]) {
      const options = { viewport: { width, height: width === 360 ? 740 : 900 }, colorScheme, deviceScaleFactor: 1 };
      await visit(chromium.browser, options, async (page) => {
        await open(page, where);
        const file = path.join(folder, forReadme ? `${name}-${width}.png` : `${name}-${width}-${colorScheme}.png`);
        await page.screenshot({ path: file, fullPage: !forReadme });
        console.log(file);
      });
    }
  }
}
await chromium.close();
