import { useState } from "preact/hooks";
import type { Answer } from "../io/service.ts";
import { Notice, Question, useCall } from "./action.tsx";
import { useFocusWhen } from "./focus.ts";

interface DeleteActionProps<T> {
  readonly label: string;
  /** what would be deleted */
  readonly ask: () => Promise<Answer<T>>;
  readonly question: (traces: T) => string;
  readonly onPress: () => Promise<Answer<null>>;
  readonly onDone: () => void;
  /** what a screen reader says when it is done */
  readonly done: string;
}

/** Deletes for good. It looks first at what goes with it, and says so in its question. */
export function DeleteAction<T>(props: DeleteActionProps<T>) {
  const { label, ask, question, onPress, onDone, done } = props;
  const [traces, setTraces] = useState<{ readonly found: T } | null>(null);
  const opener = useFocusWhen<HTMLButtonElement>(traces === null);
  const asking = useCall({ onPress: ask, onDone: (found: T) => setTraces({ found }) });
  const deleting = useCall({ onPress, onDone, done });
  if (traces !== null) {
    return (
      <Question
        question={question(traces.found)}
        yes={label}
        isBusy={deleting.isBusy}
        notice={deleting.notice}
        onYes={deleting.press}
        onNo={() => setTraces(null)}
      />
    );
  }
  return (
    <>
      <button
        ref={opener}
        type="button"
        class="danger"
        aria-disabled={asking.isBusy}
        onClick={asking.press}
      >
        {label}
      </button>
      <Notice text={asking.notice} />
    </>
  );
}
