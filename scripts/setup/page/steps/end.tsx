import { words } from "../../words.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.end;

export function EndStep({ view, link }: PanelProps) {
  return (
    <section class="panel alone">
      <Heading>{said.heading}</Heading>
      <h3>{said.next}</h3>
      <ol class="next">
        {said.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h3>{said.settings}</h3>
      <dl>
        {view.settings.map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="row">
        <button type="button" onClick={() => link.command({ type: "go", step: "open" })}>
          {said.again}
        </button>
        <button type="button" onClick={() => link.command({ type: "go", step: "board" })}>
          {said.another}
        </button>
      </div>
    </section>
  );
}
