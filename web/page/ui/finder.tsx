import type { ComponentChildren } from "preact";
import { administration } from "../../words/administration.ts";
import { Field } from "./field.tsx";

const said = administration.finder;

/** Fewer entries are found faster by eye. */
const fewestToSearch = 9;

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
  readonly onText: (text: string) => void;
  readonly onMore: () => void;
  /** undefined: it has one order */
  readonly sorting?: Sorting;
  readonly children: (entry: T) => ComponentChildren;
}

/** A list with a search, of which more can be shown. */
export function SearchedList<T extends { readonly id: string }>(props: SearchedListProps<T>) {
  const { entries, total, text, onText, onMore, sorting, children } = props;
  const isLong = total >= fewestToSearch || text !== "";
  return (
    <>
      <div class="fields">
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
      </div>
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
          {said.more}
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
