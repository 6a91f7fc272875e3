import { useEffect } from "preact/hooks";
import type { SetupView, StepView } from "../view.ts";
import { words } from "../words.ts";
import { Heading } from "./heading.tsx";
import { ActivityBar, FailureBox } from "./notices.tsx";
import type { LinkState, ProcessLink } from "./process-link.ts";
import { StepPanel } from "./step-panel.tsx";
import { EndStep } from "./steps/end.tsx";

interface AppProps {
  readonly link: ProcessLink;
  readonly state: LinkState;
  readonly view: SetupView | undefined;
}

export function App({ link, state, view }: AppProps) {
  return (
    <>
      <header>
        <h1>{words.title}</h1>
      </header>
      <main>
        {state === "closed" && (
          <Ended
            {...words.closed}
            button={words.closed.again}
            onPress={() => link.connectAgain()}
          />
        )}
        {state === "replaced" && (
          <Ended
            {...words.replaced}
            button={words.replaced.here}
            onPress={() => link.connectAgain()}
          />
        )}
        {state !== "closed" && state !== "replaced" && view !== undefined && (
          <Setup view={view} link={link} />
        )}
      </main>
      <p class="unseen" role="status">
        {view?.activity?.words ?? ""}
      </p>
    </>
  );
}

function Setup({ view, link }: { readonly view: SetupView; readonly link: ProcessLink }) {
  const field = view.failure?.field;
  useEffect(() => {
    if (field != null) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [field]);
  return (
    <>
      {view.board.cable === "lost" && <p class="notice lost">{words.lost}</p>}
      <ol class="line">
        {view.steps.map((step) => (
          <Step key={step.name} step={step} view={view} link={link} />
        ))}
      </ol>
      {view.current === "end" && <EndStep view={view} link={link} />}
    </>
  );
}

interface StepProps {
  readonly step: StepView;
  readonly view: SetupView;
  readonly link: ProcessLink;
}

function Step({ step, view, link }: StepProps) {
  const { name, state, summary } = step;
  const isCurrent = state === "current";
  const canGo = state === "done" && view.activity === null;
  return (
    <li class={`step ${state}`} aria-current={isCurrent ? "step" : undefined}>
      <div class="step-head">
        <span class="step-dot" aria-hidden="true" />
        <span class="step-name">
          {words.steps[name]}
          <span class="unseen"> ({words.states[state]})</span>
        </span>
        {summary !== null && <span class="summary">{summary}</span>}
        {canGo && (
          <button
            type="button"
            class="quiet"
            aria-label={`${words.back}: ${words.steps[name]}`}
            onClick={() => link.command({ type: "go", step: name })}
          >
            {words.back}
          </button>
        )}
      </div>
      {isCurrent && (
        <div class="panel">
          <StepPanel view={view} link={link} />
          {view.activity !== null && <ActivityBar activity={view.activity} link={link} />}
          {view.failure !== null && view.failure.field === null && (
            <FailureBox failure={view.failure} />
          )}
        </div>
      )}
    </li>
  );
}

interface EndedProps {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly onPress: () => void;
}

function Ended({ title, text, button, onPress }: EndedProps) {
  return (
    <section class="panel alone">
      <Heading>{title}</Heading>
      <p>{text}</p>
      <button type="button" class="primary" onClick={onPress}>
        {button}
      </button>
    </section>
  );
}
