import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { history } from "../../words/history.ts";
import type { Answer } from "../io/service.ts";
import { messageOf } from "./loaded.tsx";

interface Entries<T> {
  readonly entries: readonly T[];
  /** where the next part begins; null: this is the last one */
  readonly next: string | null;
}

export interface GrowingEntries<T> {
  /** all parts so far; null: the first one has not arrived */
  readonly list: Entries<T> | null;
  /** why a part is missing; empty: none is */
  readonly notice: string;
  readonly reload: () => Promise<void>;
  readonly more: () => Promise<void>;
}

/**
 * A long list that the service sends in parts.
 * @param ask for the part after a position; null: for the first one
 * @param query what the answer depends on. When it changes, the list begins again
 */
export function useGrowingList<T>(
  ask: (after: string | null) => Promise<Answer<Entries<T>>>,
  query: readonly unknown[],
): GrowingEntries<T> {
  const [list, setList] = useState<Entries<T> | null>(null);
  const [notice, setNotice] = useState("");
  const asked = useRef(0);
  async function load(before: Entries<T> | null): Promise<void> {
    asked.current += 1;
    const turn = asked.current;
    const answer = await ask(before?.next ?? null);
    // Meanwhile something else was asked for.
    if (turn !== asked.current) return;
    setNotice(answer.type === "ok" ? "" : messageOf(answer));
    if (answer.type !== "ok") return;
    const { entries, next } = answer.value;
    setList({ entries: [...(before?.entries ?? []), ...entries], next });
  }
  useEffect(() => void load(null), query);
  return { list, notice, reload: () => load(null), more: () => load(list) };
}

interface GrowingListProps<T> {
  readonly growing: GrowingEntries<T>;
  /** while there are no entries */
  readonly none: string;
  /** until the first part arrives; undefined: nothing */
  readonly loading?: ComponentChildren;
  readonly children: (entries: readonly T[]) => ComponentChildren;
}

export function GrowingList<T>({ growing, none, loading, children }: GrowingListProps<T>) {
  const { list, notice, more } = growing;
  return (
    <>
      {notice !== "" && (
        <p class="notice" role="alert">
          {notice}
        </p>
      )}
      {list === null && notice === "" && loading}
      {list?.entries.length === 0 && <p class="empty">{none}</p>}
      {list !== null && list.entries.length > 0 && children(list.entries)}
      {list?.next && (
        <button type="button" class="wide" onClick={more}>
          {history.more}
        </button>
      )}
    </>
  );
}
