import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../../words/page.ts";

interface ConfirmProps {
  readonly gateName: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The question gets the focus instead of a button, so that a repeating key does not answer it. */
export function Confirm({ gateName, onYes, onNo }: ConfirmProps) {
  const group = useRef<HTMLElement>(null);
  useLayoutEffect(() => group.current?.focus(), []);
  return (
    <section
      ref={group}
      class="confirm"
      aria-labelledby="confirm-question"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") onNo();
      }}
    >
      <p id="confirm-question">{words.control.sure(gateName)}</p>
      <div class="row">
        <button type="button" onClick={onNo}>
          {words.control.no}
        </button>
        <button type="button" class="primary" onClick={onYes}>
          {words.control.yes}
        </button>
      </div>
    </section>
  );
}
