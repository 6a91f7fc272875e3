import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/**
 * What the page shows. `id`: one person or one gate, whose guests or access it is about; null: all of
 * them
 */
export type Route =
  | { readonly page: "open" | "history" | "holidays" | "webhooks" | "passkeys" }
  | {
      readonly page: "people" | "gates" | "guests" | "access" | "changes";
      readonly id: string | null;
    };

/** The fragment is the route, so the server does not need to know the routes. */
export function routeOf(fragment: string): Route {
  const [, page, id] = /^#\/([a-z]+)(?:\/([^/]+))?$/.exec(fragment) ?? [];
  switch (page) {
    case "history":
    case "holidays":
    case "passkeys":
    case "webhooks":
      return { page };
    case "people":
    case "gates":
    case "guests":
    case "access":
    case "changes":
      return { page, id: id === undefined ? null : decoded(id) };
    default:
      return { page: "open" };
  }
}

export function fragmentOf(route: Route): string {
  if (route.page === "open") return "#/";
  const id = "id" in route && route.id !== null ? `/${encodeURIComponent(route.id)}` : "";
  return `#/${route.page}${id}`;
}

export function goTo(route: Route): void {
  location.hash = fragmentOf(route);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [fragment, setFragment] = useState(() => location.hash);
  useEffect(() => {
    const onChange = () => setFragment(location.hash);
    addEventListener("hashchange", onChange);
    // It may have changed since the first rendering.
    onChange();
    return () => removeEventListener("hashchange", onChange);
  }, []);
  useFocusOnChange(fragment);
  return routeOf(fragment);
}

/**
 * A new page starts at its top, with the focus on its content. The way back to a list leads to the entry
 * that the person came from.
 */
function useFocusOnChange(fragment: string): void {
  const [before] = useState<{ fragment: string }>({ fragment });
  useLayoutEffect(() => {
    if (before.fragment === fragment) return;
    const content = document.getElementById("content");
    const isWayBack = before.fragment.startsWith(`${fragment}/`);
    const from = `a[href="${CSS.escape(before.fragment)}"]`;
    const entry = isWayBack ? content?.querySelector<HTMLElement>(from) : null;
    before.fragment = fragment;
    if (!entry) window.scrollTo(0, 0);
    (entry ?? content)?.focus();
  }, [fragment]);
}
