import { words } from "../../words.ts";
import { Heading } from "../heading.tsx";
import { FailureBox } from "../notices.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.connect;

export function ConnectStep({ view, link }: PanelProps) {
  const { isWritten, stages, trouble } = view.connect;
  return (
    <>
      <Heading>{said.heading}</Heading>
      <p>{said.intro}</p>
      {isWritten && (
        <ol class="stages">
          {stages.map(({ name, state }) => (
            <li key={name} class={state}>
              <span class="stage-dot" aria-hidden="true" />
              {said.stages[name]}
              <span class="unseen"> ({said.stageStates[state]})</span>
            </li>
          ))}
        </ol>
      )}
      {trouble !== null && (
        <>
          <FailureBox failure={trouble} />
          <p class="hint">{said.waiting}</p>
        </>
      )}
      <button
        type="button"
        class={isWritten ? "" : "primary"}
        aria-disabled={view.activity !== null}
        onClick={() => link.command({ type: "write-box" })}
      >
        {isWritten ? said.again : said.write}
      </button>
    </>
  );
}
