import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAnnounce } from "./announcer.tsx";
import { useFocusWhen } from "./focus.ts";

interface AddingSectionProps<T> {
  /** of the heading */
  readonly id: string;
  readonly title: string;
  /** whether it is a page of its own */
  readonly isPage?: boolean;
  readonly lead?: string;
  /** the button that opens the form; null: nothing can be added */
  readonly add: string | null;
  /** what a screen reader says when something was added */
  readonly added: string;
  readonly onAdded: (value: T) => Promise<void>;
  readonly form: (events: {
    readonly onCancel: () => void;
    readonly onDone: (value: T) => Promise<void>;
  }) => ComponentChildren;
  readonly children: (isAdding: boolean) => ComponentChildren;
}

/** A part of a page: a list with a button above it that opens the form for a new entry. */
export function AddingSection<T>(props: AddingSectionProps<T>) {
  const { id, title, isPage = false, lead, add, added, onAdded, form, children } = props;
  const [isAdding, setAdding] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isAdding);
  const announce = useAnnounce();
  return (
    <section class={isPage ? "wide-page" : "part"} aria-labelledby={id}>
      <div class="page-head">
        {isPage ? <h1 id={id}>{title}</h1> : <h2 id={id}>{title}</h2>}
        {!isAdding && add !== null && (
          <button
            ref={opener}
            type="button"
            class={isPage ? "primary" : ""}
            onClick={() => setAdding(true)}
          >
            {add}
          </button>
        )}
      </div>
      {lead !== undefined && <p class="lead">{lead}</p>}
      {isAdding &&
        form({
          onCancel: () => setAdding(false),
          onDone: async (value) => {
            await onAdded(value);
            setAdding(false);
            announce(added);
          },
        })}
      {children(isAdding)}
    </section>
  );
}
