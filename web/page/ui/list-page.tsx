import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useFocusWhen } from "./focus.ts";
import { goTo, type Route } from "./route.ts";
import { useTitle } from "./title.ts";

interface ListPageProps {
  readonly title: string;
  /** the button that opens the form */
  readonly add: string;
  readonly reload: () => Promise<void>;
  /** where a new entry is shown */
  readonly routeOf: (id: string) => Route;
  readonly form: (events: {
    readonly onCancel: () => void;
    readonly onDone: (entry: { readonly id: string }) => Promise<void>;
  }) => ComponentChildren;
  /** @param startAdding opens the form */
  readonly children: (isAdding: boolean, startAdding: () => void) => ComponentChildren;
}

/** A list with a button above it that opens the form for a new entry, and leads to that entry. */
export function ListPage({ title, add, reload, routeOf, form, children }: ListPageProps) {
  useTitle(title);
  const [isAdding, setAdding] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isAdding);
  return (
    <section class="wide-page">
      <div class="page-head">
        <h1>{title}</h1>
        {!isAdding && (
          <button ref={opener} type="button" class="primary" onClick={() => setAdding(true)}>
            {add}
          </button>
        )}
      </div>
      {isAdding &&
        form({
          onCancel: () => setAdding(false),
          onDone: async ({ id }) => {
            await reload();
            goTo(routeOf(id));
          },
        })}
      {children(isAdding, () => setAdding(true))}
    </section>
  );
}
