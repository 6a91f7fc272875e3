import type { ComponentChildren } from "preact";
import { administration } from "../../words/administration.ts";
import { Field } from "./field.tsx";
import type { EntriesPage, SearchedPages } from "./searched-pages.ts";

const said = administration.finder;

/** Fewer entries are found faster by eye. */
const fewestToSearch = 9;

interface SearchedListProps<T, S extends string> {
  readonly pages: SearchedPages<T, S>;
  /** what they have loaded */
  readonly found: EntriesPage<T>;
  readonly sorts: readonly S[];
  readonly sortNames: Readonly<Record<S, string>>;
  readonly children: (entry: T) => ComponentChildren;
}

/** A list with a search, of which more can be shown. */
export function SearchedList<T extends { readonly id: string }, S extends string>({
  pages: { search, find, sort, sortBy, more },
  found: { entries, total },
  sorts,
  sortNames,
  children,
}: SearchedListProps<T, S>) {
  const isLong = total >= fewestToSearch || search !== "";
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
                  value={search}
                  onInput={(event) => find(event.currentTarget.value)}
                  {...its}
                />
              )}
            </Field>
          </search>
        )}
        {total > 1 && (
          <Field label={administration.people.sort} name="sort">
            {(its) => (
              <select
                value={sort}
                onChange={({ currentTarget }) =>
                  sortBy(sorts.find((each) => each === currentTarget.value) ?? sort)
                }
                {...its}
              >
                {sorts.map((each) => (
                  <option key={each} value={each}>
                    {sortNames[each]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
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
        <button type="button" class="wide" onClick={more}>
          {said.more}
        </button>
      )}
    </>
  );
}
