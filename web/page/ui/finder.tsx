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
    <SearchedList
      entries={shown}
      total={found.length}
      text={text}
      isLong={entries.length >= fewestToSearch}
      onText={(typed) => set({ text: typed, isAll: false })}
      onMore={() => set({ text, isAll: true })}
      more={said.all(found.length)}
    >
      {children}
    </SearchedList>
  );
}

export interface Sorting {
  readonly label: string;
  readonly options: Readonly<Record<string, string>>;
  readonly selected: string;
  readonly onSelect: (option: string) => void;
}

interface SearchedListProps<T> {
  /** those that are shown */
  readonly entries: readonly T[];
  /** how many were found */
  readonly total: number;
  /** what is searched */
  readonly text: string;
  /** whether it can be searched; default: when it is long, or is being searched */
  readonly isLong?: boolean;
  readonly onText: (text: string) => void;
  readonly onMore: () => void;
  readonly more?: string;
  /** undefined: it has one order */
  readonly sorting?: Sorting;
  readonly children: (entry: T) => ComponentChildren;
}

/** A list with a search, of which more can be shown. */
export function SearchedList<T extends { readonly id: string }>(props: SearchedListProps<T>) {
  const { entries, total, text, onText, onMore, more = said.more, sorting, children } = props;
  const { isLong = total >= fewestToSearch || text !== "" } = props;
  return (
    <>
      {isLong && (
        <search>
          <Field label={said.search} name="search">
            {(its) => (
              <input
                type="search"
                autoComplete="off"
                value={text}
                onInput={(event) => onText(event.currentTarget.value)}
                {...its}
              />
            )}
          </Field>
        </search>
      )}
      {sorting !== undefined && total > 1 && <SortField {...sorting} />}
      <p class="hint" role="status">
        {isLong && said.count(entries.length, total)}
      </p>
      {entries.length > 0 && (
        <ul class="list card">
          {entries.map((entry) => (
            <li key={entry.id}>{children(entry)}</li>
          ))}
        </ul>
      )}
      {entries.length < total && (
        <button type="button" class="wide" onClick={onMore}>
          {more}
        </button>
      )}
    </>
  );
}

function SortField({ label, options, selected, onSelect }: Sorting) {
  return (
    <Field label={label} name="sort">
      {(its) => (
        <select value={selected} onChange={(event) => onSelect(event.currentTarget.value)} {...its}>
          {Object.entries(options).map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
