// The way through pages by keyboard alone: Tab, arrows, Space, Enter and typing.

import assert from "node:assert/strict";

/** More stops than any page has. */
const MOST_STOPS = 250;
/** More choices than any group has. */
const MOST_CHOICES = 40;

/** Tab by Tab until the focus stands on what the selector names; whoever looks must see where it stands. */
export async function reach(page, selector) {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    const found = await page.evaluate((wanted) => {
      const focused = document.activeElement;
      return focused.matches(wanted) && { outline: getComputedStyle(focused).outlineStyle, shadow: getComputedStyle(focused).boxShadow };
    }, selector);
    if (found) {
      const own = found.outline !== "none" || found.shadow !== "none";
      const around = await page.evaluate(() => {
        const label = document.activeElement.parentElement;
        const { outlineStyle, boxShadow } = getComputedStyle(label);
        return outlineStyle !== "none" || boxShadow !== "none";
      });
      assert.ok(own || around, `the focus cannot be seen on ${selector} of ${page.url()}`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`no key leads to ${selector} on ${page.url()}`);
}

/** Reaches a link or button, presses Enter and waits for the page that comes of it. */
export async function enter(page, selector) {
  await reach(page, selector);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Reaches a line of text and types. */
export async function type(page, selector, text) {
  await reach(page, selector);
  await page.keyboard.type(text);
}

/** Reaches a group of radio buttons and goes on by arrows to a choice. */
export async function choose(page, name, start) {
  await reach(page, `input[type=radio][name="${name}"]`);
  for (let choice = 0; choice < MOST_CHOICES; choice += 1) {
    const there = await page.evaluate((wanted) => document.activeElement.value.startsWith(wanted), start);
    if (there) return page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
  }
  assert.fail(`no arrow leads to ${start} of ${name} on ${page.url()}`);
}

/** What the focus stands on and whether it waits for an answer. */
const focused = () => {
  const { activeElement: element } = document;
  const same = [...document.getElementsByName(element.name || " ")];
  return {
    isSubmit: element.matches("main form[method=post] button.kern-btn--primary"),
    inForm: Boolean(element.closest("main form[method=post] .m-field")) && !element.closest("details"),
    kind: element.tagName === "SELECT" ? "select" : element.tagName === "TEXTAREA" ? "text" : element.type,
    name: element.name,
    isNumber: element.inputMode === "numeric",
    isDate: element.classList.contains("m-date"),
    isAnswered: ["radio", "checkbox"].includes(element.type) ? same.some((one) => one.checked) : Boolean(element.value),
  };
};

/** Answers whatever the form asks and sends it, on the way of the Tab key from control to control. */
export async function answerAll(page) {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(focused);
    if (at.isSubmit) {
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
      return;
    }
    if (!at.inForm || at.isAnswered || at.isDate) continue;
    if (at.kind === "radio" && at.name === "risk_class") await choose(page, at.name, "minimal");
    else if (["radio", "checkbox"].includes(at.kind)) await page.keyboard.press("Space");
    else if (at.kind === "select") await page.keyboard.press("ArrowDown");
    else if (at.kind === "email") await page.keyboard.type("ki@leinemark.example");
    else if (at.kind === "url") await page.keyboard.type("https://leinemark.example/ki");
    else if (at.kind === "text") await page.keyboard.type(at.isNumber ? "12" : "Fasst lange Texte zusammen.");
  }
  assert.fail(`no key leads to the end of the form on ${page.url()}`);
}
