import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";
import { matches } from "../model/find.ts";
import { Field } from "./field.tsx";

const said = administration.finder;

/** Fewer entries are found faster by eye. */
const fewestToSearch = 9;
const shownFirst = 20;

/** What the person has typed. It outlives the list, so that Back leads to the same entries. */
export interface Finding {
  readonly text: string;
  readonly isAll: boolean;
  set(finding: { readonly text: string; readonly isAll: boolean }): void;
}

export function useFinding(): Finding {
  const [finding, set] = useState({ text: "", isAll: false });
  return { ...finding, set };
}

interface FinderProps<T> {
  readonly entries: readonly T[];
  readonly finding: Finding;
  /** everything by which an entry can be found */
  readonly textOf: (entry: T) => string;
  readonly children: (entry: T) => ComponentChildren;
}

/** A list with a search, which shows only the first entries of a long list. */
export function Finder<T extends { readonly id: string }>(props: FinderProps<T>) {
  const { entries, finding, textOf, children } = props;
  const { text, isAll, set } = finding;
  const found = entries.filter((entry) => matches(textOf(entry), text));
  const shown = isAll ? found : found.slice(0, shownFirst);
  return (
    <>
      {entries.length >= fewestToSearch && (
        <search>
          <Field label={said.search} name="search">
            {(its) => (
              <input
                type="search"
                autoComplete="off"
                value={text}
                onInput={(event) => set({ text: event.currentTarget.value, isAll: false })}
                {...its}
              />
            )}
          </Field>
        </search>
      )}
      <p class="hint" role="status">
        {entries.length >= fewestToSearch && said.count(shown.length, found.length)}
      </p>
      {shown.length > 0 && (
        <ul class="list card">
          {shown.map((entry) => (
            <li key={entry.id}>{children(entry)}</li>
          ))}
        </ul>
      )}
      {shown.length < found.length && (
        <button type="button" class="wide" onClick={() => set({ text, isAll: true })}>
          {said.all(found.length)}
        </button>
      )}
    </>
  );
}
