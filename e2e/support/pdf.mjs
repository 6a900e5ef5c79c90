// PDF files that pages give away.

import assert from "node:assert/strict";
import fs from "node:fs";

/** Presses what saves a PDF file; it must be one for everybody, of this name and with this in its title. */
export async function saved(page, control, name, title) {
  const here = page.url();
  const [download] = await Promise.all([page.waitForEvent("download"), control.click()]);
  assert.match(download.suggestedFilename(), new RegExp(`^${name}-\\d{4}-\\d{2}-\\d{2}\\.pdf$`));
  const bytes = fs.readFileSync(await download.path());
  // Its metadata are plain text, after PDF/A.
  const text = bytes.toString("utf8");
  assert.ok(text.startsWith("%PDF-1.7") && text.includes("<pdfuaid:part>1</pdfuaid:part>"), "no PDF/UA file");
  assert.match(text.match(/<dc:title>.*?<\/dc:title>/s)?.[0] ?? "", title);
  assert.ok(bytes.length < 100_000, `${bytes.length} bytes`);
  assert.equal(page.url(), here, "the page is left");
}
