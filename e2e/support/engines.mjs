// The accessibility engines, each as a function from an open page (or its HTML) to a list of findings in words.

import fs from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";

const require = createRequire(import.meta.url);
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const ACE = `${fs.readFileSync(require.resolve("accessibility-checker-engine/ace.js"), "utf8")};window.ace=ace;0`;

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "best-practice"];

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y", "html-validate:document"],
  rules: {
    // Everything comes from the server itself.
    "require-sri": "off",
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "button"] }],
    // Names of systems and authorities are as long as they are.
    "long-title": "off",
    // Whitespace at line ends is what templates leave; compression removes its cost.
    "no-trailing-whitespace": "off",
  },
});

/** Opens every closed part, so that what is in it is looked at too. */
const unfold = (page) =>
  page.evaluate(() => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });

/** Findings of axe-core, best practices included. */
export async function axe(page) {
  await unfold(page);
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (tags) => {
    const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations;
  }, AXE_TAGS);
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => {
      const reason = node.failureSummary.split("\n").slice(1, 2).join(" ").trim();
      return `${violation.id}: ${node.target.join(" ")} | ${reason}`;
    }),
  );
}

/** Violations found by IBM Equal Access; what only a person can decide is left to the person. */
export async function equalAccess(page) {
  await unfold(page);
  await page.evaluate(ACE);
  return page.evaluate(async () => {
    const report = await new window.ace.Checker().check(document, ["WCAG_2_2"]);
    return report.results
      .filter((result) => result.value[0] === "VIOLATION" && result.value[1] === "FAIL")
      .map((result) => `${result.ruleId}: ${result.message} | ${(result.snippet || "").slice(0, 160)}`);
  });
}

/** Findings of html-validate in a page's HTML as sent. */
export async function htmlValidate(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((result) =>
    result.messages.map((message) => `${message.line}:${message.column} ${message.ruleId}: ${message.message}`),
  );
}
