import type { Page } from "playwright-core";

/** Everything that sticks out of the window or of a box that hides it. */
export function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    }
    for (const element of document.querySelectorAll("body *")) {
      if (element.closest(".unseen, .skip, svg, datalist, .tabs") !== null) continue;
      const { left, right, height } = element.getBoundingClientRect();
      const name = `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`;
      if (height > 0 && (left < -1 || right > width + 1)) found.push(`${name}: ${left}–${right}`);
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isHidden = overflowX !== "visible" && textOverflow !== "ellipsis";
      const isInput = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
      if (isHidden && !isInput && element.scrollWidth > element.clientWidth + 1) {
        found.push(`${name}: cut off`);
      }
    }
    return found;
  });
}

/** Texts of the page that cover each other. Where the control sticks to the window, it may cover the rest. */
export function overlaps(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const above = ".opener, nav, .languages .card";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: { text: string; layer: Element | null; boxes: readonly DOMRect[] }[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement } = node;
      const text = node.textContent?.trim() ?? "";
      const isSeen = parentElement?.checkVisibility({ opacityProperty: true }) === true;
      if (text === "" || !isSeen || parentElement.closest(".unseen, .skip, option") !== null)
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const layer = parentElement.closest(above);
      texts.push({ text: text.slice(0, 40), layer, boxes: [...range.getClientRects()] });
    }
    return texts.flatMap((one, index) =>
      texts
        .slice(index + 1)
        .filter((other) => other.layer === one.layer)
        .filter((other) =>
          one.boxes.some((a) =>
            other.boxes.some(
              (b) =>
                Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
                Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4,
            ),
          ),
        )
        .map((other) => `${one.text} / ${other.text}`),
    );
  });
}

export interface Place {
  /** tag and class */
  readonly name: string;
  /** px from the side of the window where lines begin */
  readonly start: number;
  readonly width: number;
}

/** The horizontal places of all elements, seen from where lines begin: the right when the page is mirrored. */
export function places(page: Page): Promise<readonly Place[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isMirrored = document.documentElement.dir === "rtl";
    const elements = document.querySelectorAll("header *, main *, nav *");
    return [...elements].flatMap((element) => {
      if (!element.checkVisibility() || element.closest("svg, select, .unseen, .skip")) return [];
      const { left, right } = element.getBoundingClientRect();
      const start = isMirrored ? width - right : left;
      return [{ name: `${element.tagName} ${element.className}`, start, width: right - left }];
    });
  });
}

/** Waits until the page's content has not changed for 150 ms: lists load after their headings. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    let timer = setTimeout(resolve, 150);
    new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(resolve, 150);
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  })`);
}
