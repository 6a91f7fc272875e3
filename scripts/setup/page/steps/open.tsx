import { words } from "../../words.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.open;

export function OpenStep({ view, link }: PanelProps) {
  const { pin, pulseMs, outcome, isOpened } = view.open;
  const isBusy = view.activity !== null;
  return (
    <>
      <Heading>{said.heading}</Heading>
      <p>{said.intro(pin, pulseMs)}</p>
      <Outcome outcome={outcome} isOpened={isOpened} />
      <div class="row">
        {isOpened && (
          <button
            type="button"
            class="primary"
            aria-disabled={isBusy}
            onClick={() => link.command({ type: "finish" })}
          >
            {said.finish}
          </button>
        )}
        <button
          type="button"
          class={isOpened ? "" : "primary open"}
          aria-disabled={isBusy}
          onClick={() => link.command({ type: "open" })}
        >
          {isOpened ? said.again : said.open}
        </button>
      </div>
    </>
  );
}

/** What the box itself has reported. */
function Outcome({
  outcome,
  isOpened,
}: {
  readonly outcome: string | null;
  readonly isOpened: boolean;
}) {
  return (
    <div role="status">
      {outcome !== null && <p class={isOpened ? "notice good" : "notice"}>{outcome}</p>}
    </div>
  );
}
