import { words } from "../../words.ts";
import { Heading } from "../heading.tsx";
import { FailureBox } from "../notices.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.firmware;

export function FirmwareStep({ view, link }: PanelProps) {
  const { facts } = view.board;
  const { firmware, problem, isOptional } = view.firmware;
  const isBusy = view.activity !== null;
  return (
    <>
      <Heading>{said.heading}</Heading>
      {facts !== null && (
        <p>
          {said.found(facts.chip)} {facts.version === null ? said.hasNone : said.has(facts.version)}{" "}
          {facts.thing !== null && said.is(facts.thing)}
        </p>
      )}
      {firmware !== null && <p>{said.what(firmware.version, firmware.network)}</p>}
      {problem !== null && <FailureBox failure={problem} />}
      <div class="row">
        {firmware !== null && (
          <button
            type="button"
            class="primary"
            aria-disabled={isBusy}
            onClick={() => link.command({ type: "write-firmware" })}
          >
            {said.write}
          </button>
        )}
        {isOptional && (
          <button
            type="button"
            aria-disabled={isBusy}
            onClick={() => link.command({ type: "keep-firmware" })}
          >
            {said.keep}
          </button>
        )}
      </div>
    </>
  );
}
