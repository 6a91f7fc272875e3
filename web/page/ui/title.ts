import { useEffect } from "preact/hooks";
import { words } from "../../words/page.ts";

/** The title of the document. A screen reader reads it first, and the browser's history lists it. */
export function useTitle(name: string): void {
  useEffect(() => {
    document.title = words.title(name);
  }, [name]);
}
