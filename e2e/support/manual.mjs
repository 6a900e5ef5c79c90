// What is otherwise checked by hand, as functions from an open page to a list of findings in words.

/** Walks the whole page with Tab: every control is reached, shows its focus and lies in view while it has it. */
export async function tabWalk(page) {
  const wanted = await page.evaluate(() => {
    const isShown = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
    const radios = new Set();
    return [...document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex]")].filter((e) => {
      if (e.tabIndex < 0 || e.disabled || e.type === "hidden" || e.closest("dialog:not([open])")) return false;
      if (e.type === "radio") {
        if (radios.has(e.name)) return false;
        radios.add(e.name);
      }
      return isShown(e);
    }).length;
  });
  const seen = new Set();
  const findings = [];
  for (let turn = 0; turn < wanted + 20; turn += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focusedElement);
    if (!stop || seen.has(stop.id)) break;
    seen.add(stop.id);
    if (!stop.isIndicated) findings.push(`2.4.7 no visible focus: ${stop.html}`);
    if (!stop.isInView) findings.push(`2.4.11 focused out of view: ${stop.html}`);
  }
  if (seen.size < wanted) findings.push(`2.1.1 Tab reaches ${seen.size} of ${wanted} controls`);
  return findings;
}

function focusedElement() {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  focused.dataset.stop ??= String((window.stops = (window.stops ?? 0) + 1));
  const hasOutline = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const isDrawn = (style) => hasOutline(style) || style.boxShadow !== "none";
  const pseudo = (e) =>
    ["::before", "::after"].some((which) => {
      const style = getComputedStyle(e, which);
      return style.content !== "none" && isDrawn(style);
    });
  const inside = [...focused.querySelectorAll("*")];
  const labels = [...(focused.labels ?? [])];
  const stroke = inside.concat(focused).some((e) => e.matches("path") && parseFloat(getComputedStyle(e).strokeWidth) >= 2);
  const box = focused.getBoundingClientRect();
  return {
    id: focused.dataset.stop,
    html: focused.outerHTML.replace(/\s+/g, " ").slice(0, 120),
    isIndicated:
      isDrawn(getComputedStyle(focused)) ||
      pseudo(focused) ||
      stroke ||
      inside.some((e) => hasOutline(getComputedStyle(e))) ||
      labels.some((e) => isDrawn(getComputedStyle(e)) || pseudo(e)),
    isInView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}

/** The first Tab reaches a visible skip link, and following it moves the focus. */
export async function skipLink(page) {
  const findings = [];
  await page.keyboard.press("Tab");
  const link = await page.evaluate(() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    return {
      target: focused.getAttribute("href") ?? "",
      isVisible: box.left >= 0 && box.top >= 0 && box.width > 20 && box.height > 10,
    };
  });
  if (!/^#\w/.test(link.target)) return ["2.4.1 the first Tab reaches no skip link"];
  if (!link.isVisible) findings.push("2.4.1 the skip link is not visible when focused");
  await page.keyboard.press("Enter");
  const moved = await page.evaluate((target) => {
    const to = document.querySelector(target);
    return to?.matches("main") && (document.activeElement === to || location.hash === target);
  }, link.target);
  if (!moved) findings.push(`2.4.1 the skip link to ${link.target} does not lead into main`);
  return findings;
}

/** Targets smaller than 24 px; links in running text are exempt. */
export async function targetSize(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("button,input,select,summary,a[href]")]
      .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.type !== "hidden")
      .filter((e) => !e.closest("p,dd,dt,li,figcaption,td,th,svg") && !e.matches(":not(:focus)[class*=skip]"))
      .filter((e) => {
        const box = e.getBoundingClientRect();
        const label = e.labels?.[0]?.getBoundingClientRect();
        return Math.min(box.width, box.height) < 24 && !(label && label.height >= 24);
      })
      .map((e) => `2.5.8 target under 24 px: ${e.outerHTML.replace(/\s+/g, " ").slice(0, 120)}`),
  );
}

/** One h1, no level skipped. */
export async function headings(page) {
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
      .filter((e) => !e.closest("dialog"))
      .map((e) => Number(e.tagName[1])),
  );
  const isOrdered = levels.every((level, at) => at === 0 || level - levels[at - 1] <= 1);
  const isFine = levels[0] === 1 && levels.filter((level) => level === 1).length === 1 && isOrdered;
  return isFine ? [] : [`1.3.1 headings out of order: ${levels.join(" ")}`];
}

/** Controls and images without a name in the accessibility tree. */
export async function names(page, context) {
  const roles = [
    ...["button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "tab", "img", "image"],
    ...["progressbar", "listbox", "navigation", "region", "dialog", "table"],
  ];
  const session = await context.newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  return nodes
    .filter((node) => !node.ignored && roles.includes(node.role?.value) && !(node.name?.value ?? "").trim())
    .map((node) => `4.1.2 ${node.role.value} without a name`);
}

/** Nothing is wider than the page, scrolling areas and drawings apart. */
export async function reflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (e) => {
      for (let up = e; up && up !== document.body; up = up.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
      }
      return false;
    };
    const over = [...document.querySelectorAll("body *")]
      .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > width + 1)
      .filter((e) => !e.closest("svg") && !e.matches("[class*=skip],[class*=hidden],[class*=sr-only]") && !scrolls(e))
      .slice(0, 3)
      .map((e) => `1.4.10 wider than the page: ${e.outerHTML.replace(/\s+/g, " ").slice(0, 120)}`);
    if (document.documentElement.scrollWidth > width) {
      over.push(`1.4.10 the page scrolls sideways: ${document.documentElement.scrollWidth} px`);
    }
    return over;
  });
}

/** With wider text spacing nothing is cut off. */
export async function textSpacing(page) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}" +
        "p{margin-bottom:2em!important}",
    );
    document.adoptedStyleSheets = [sheet];
  });
  return page.evaluate(() => {
    const clipped = [...document.querySelectorAll("body *")].filter((e) => {
      const style = getComputedStyle(e);
      const hides = style.overflowX === "hidden" || style.overflowY === "hidden";
      const isCut = e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 2;
      return hides && isCut && e.clientWidth > 2 && e.checkVisibility() && !e.closest("svg");
    });
    return clipped
      .slice(0, 3)
      .map((e) => `1.4.12 cut off with wider spacing: ${e.outerHTML.replace(/\s+/g, " ").slice(0, 120)}`);
  });
}

/** With text twice as large the text grows and the page does not scroll sideways. */
export async function textTwice(page) {
  const size = () =>
    page.evaluate(() => parseFloat(getComputedStyle(document.querySelector("main :is(p, li, td, label)")).fontSize));
  const before = await size();
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  const [now, width] = [await size(), await page.evaluate(() => document.documentElement.scrollWidth)];
  const findings = [];
  if (now < before * 1.9) findings.push(`1.4.4 text grows only from ${before} to ${now} px`);
  if (width > 1281) findings.push(`1.4.4 the page is ${width} px wide with text twice as large`);
  return findings;
}

/** In forced colours no icon has the colour of what is behind it. */
export async function forcedColours(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll(".kern-icon")]
      .filter((icon) => icon.checkVisibility())
      .filter((icon) => {
        let behind = icon;
        let colour = "";
        do {
          behind = behind.parentElement;
          colour = getComputedStyle(behind).backgroundColor;
        } while (behind.parentElement && /, 0\)$/.test(colour));
        return getComputedStyle(icon).backgroundColor === colour;
      })
      .map((icon) => `icon not visible in forced colours: ${icon.outerHTML.slice(0, 120)}`),
  );
}

/** With reduced motion nothing moves. */
export async function reducedMotion(page) {
  return page.evaluate(() => {
    const moves = (style) =>
      [style.transitionDuration, style.animationDuration].some((times) =>
        times.split(",").some((time) => parseFloat(time) > 0.01),
      );
    const count = [...document.querySelectorAll("*")].filter((e) => moves(getComputedStyle(e))).length;
    return count ? [`2.3.3 ${count} elements move although less motion is wished`] : [];
  });
}

/** What a reader gets from the main part: its text without spaces, and its links. */
export async function content(page) {
  return page.evaluate(() => {
    const main = document.querySelector("main");
    return {
      text: main.textContent.replace(/\s+/g, " ").trim(),
      links: [...main.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
    };
  });
}
