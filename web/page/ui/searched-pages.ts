import { useRef, useState } from "preact/hooks";
import type { Answer } from "../io/service.ts";
import { type Loaded, messageOf } from "./loaded.tsx";

const shownFirst = 20;
const shownMore = 200;

export interface EntriesPage<T> {
  readonly entries: readonly T[];
  /** how many were found on all pages */
  readonly total: number;
  readonly next: string | null;
}

export interface PageQuery<S extends string> {
  readonly search?: string;
  readonly sort: S;
  readonly after?: string;
  readonly limit: number;
}

export interface SearchedPages<T, S extends string> {
  /** with all parts so far */
  readonly loaded: Loaded<EntriesPage<T>>;
  /** what the person has typed */
  readonly search: string;
  readonly find: (text: string) => void;
  readonly sort: S;
  readonly sortBy: (sort: S) => void;
  readonly more: () => void;
  readonly reload: () => Promise<void>;
}

/** A long list that the service searches, sorts, and sends in parts. @param longest the longest search */
export function useSearchedPages<T, S extends string>(
  firstSort: S,
  longest: number,
  ask: (query: PageQuery<S>) => Promise<Answer<EntriesPage<T>>>,
): SearchedPages<T, S> {
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState(firstSort);
  const [loaded, setLoaded] = useState<Loaded<EntriesPage<T>>>({ type: "loading" });
  const asked = useRef(0);
  const listed = loaded.type === "loaded" ? loaded.value : null;
  async function load(
    text: string,
    by: S,
    limit: number,
    before: EntriesPage<T> | null,
  ): Promise<void> {
    asked.current += 1;
    const turn = asked.current;
    const words = text.trim().slice(0, longest);
    const answer = await ask({
      ...(words !== "" && { search: words }),
      sort: by,
      ...(before?.next && { after: before.next }),
      limit,
    });
    // Meanwhile something else was asked for.
    if (turn !== asked.current) return;
    if (answer.type !== "ok") {
      setLoaded({ type: "failed", message: messageOf(answer) });
      return;
    }
    const entries = [...(before?.entries ?? []), ...answer.value.entries];
    setLoaded({ type: "loaded", value: { ...answer.value, entries } });
  }
  return {
    loaded,
    search,
    find: (text) => {
      setSearch(text);
      void load(text, sort, shownFirst, null);
    },
    sort,
    sortBy: (by) => {
      setSort(by);
      void load(search, by, shownFirst, null);
    },
    more: () => void load(search, sort, shownMore, listed),
    reload: () => {
      const shown = listed?.entries.length ?? 0;
      return load(search, sort, Math.min(shownMore, Math.max(shownFirst, shown)), null);
    },
  };
}
