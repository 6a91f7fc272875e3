import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * When the element that has the focus is removed, the focus would fall to the body, and the next Tab would
 * start at the top of the page. The nearest heading gets it instead.
 */
export function keepFocus(root: HTMLElement): void {
  let last: Element | null = null;
  let around: readonly Element[] = [];
  root.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    last = target;
    around = ancestors(target, root);
  });
  new MutationObserver(() => {
    if (last === null || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    for (const ancestor of around) {
      const heading = ancestor.isConnected && ancestor.querySelector<HTMLElement>("h1, h2");
      if (!heading) continue;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return;
    }
  }).observe(root, { childList: true, subtree: true });
}

function ancestors(element: Element, root: Element): readonly Element[] {
  const found: Element[] = [];
  for (let each = element.parentElement; each !== null; each = each.parentElement) {
    found.push(each);
    if (each === root) break;
  }
  return found;
}

/** A ref whose element gets the focus each time `isDue` becomes true. */
export function useFocusWhen<T extends HTMLElement>(isDue: boolean) {
  const ref = useRef<T>(null);
  const wasDue = useRef(isDue);
  useLayoutEffect(() => {
    if (isDue && !wasDue.current) ref.current?.focus();
    wasDue.current = isDue;
  }, [isDue]);
  return ref;
}
