// The guided check by the KI-VO, walked question by question.

import assert from "node:assert/strict";
import { press } from "./people.mjs";

/** More questions than the check has. */
const MOST = 20;
export const RESULT = /^Ergebnis: /;

/** Answers by a part of the question: values of boxes or buttons, or a day. */
const COMMON = { "Ist es ein KI-System": ["ja"], ausgenommen: ["nein"], verboten: ["-"], "nach Anhang I?": ["-"] };
export const HIGH = {
  ...COMMON,
  "dieser Zwecke": ["5a"],
  Profile: ["nein"],
  Bedingungen: ["-"],
  Transparenzpflichten: ["-"],
  Rolle: ["deployer"],
  "eine Behörde oder": ["ja"],
  "Seit wann": "15.01.2025",
  wesentlich: null,
};
export const EXEMPT = { ...HIGH, Bedingungen: ["a"] };
export const CHATBOT = { ...COMMON, "dieser Zwecke": ["-"], Transparenzpflichten: ["1"], Rolle: ["provider"] };

export const title = async (page) => (await page.locator("h1").innerText()).replaceAll("\u00ad", "").replace(/\s+/g, " ");
const answered = (answers, question) => Object.entries(answers).find(([part]) => question.includes(part))?.[1];

/** Gives the answer to the open question; null and what is not in the list is not known. */
export async function give(page, answer) {
  if (answer === undefined || answer === null) {
    const box = page.locator("input[name=nicht]");
    if (answer !== null || !(await box.count())) return press(page, "Weiß ich nicht");
    await box.check();
  } else if (typeof answer === "string") {
    await page.locator("input[name=tag]").fill(answer);
  } else {
    for (const value of answer) await page.locator(`input[name=antwort][value="${value}"]`).check();
  }
  return press(page, "Weiter");
}

/** Walks until the result, or until a question with this part; looks at every page. */
export async function walk(page, answers, { until, look = async () => {} } = {}) {
  for (let step = 0; step < MOST; step += 1) {
    const question = await title(page);
    await look(question);
    if (RESULT.test(question) || (until && question.includes(until))) return question;
    assert.equal(await page.locator("#fehler").count(), 0, await page.locator("main").innerText());
    assert.equal(new URL(page.url()).search, "", "an answer stands in the address");
    await give(page, answered(answers, question));
  }
  return assert.fail(`the check does not end: ${await title(page)}`);
}
