import { useId } from "preact/hooks";
import type { Activity, Failure } from "../view.ts";
import { words } from "../words.ts";
import type { ProcessLink } from "./process-link.ts";

/** What is being done, and how far it is. */
export function ActivityBar({
  activity,
  link,
}: {
  readonly activity: Activity;
  readonly link: ProcessLink;
}) {
  const { words: said, share, isCancellable } = activity;
  const id = useId();
  return (
    <div class="activity">
      <div class="activity-bar">
        <label for={id}>{said}</label>
        {share === null ? <progress id={id} /> : <progress id={id} value={share} max={1} />}
      </div>
      {isCancellable && (
        <button type="button" onClick={() => link.command({ type: "cancel" })}>
          {words.cancel}
        </button>
      )}
    </div>
  );
}

/** What happened, and what to do. */
export function FailureBox({ failure }: { readonly failure: Failure }) {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{failure.cause}</strong>
      </p>
      <p>{failure.wayOut}</p>
    </div>
  );
}
