import type { NewBoxView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import { words } from "../../words/page.ts";
import type { Administration } from "../io/administration.ts";
import { when } from "./format.ts";
import { useLoaded } from "./loaded.tsx";
import { placeOf } from "./place.ts";

const said = administration.newBoxes;

/** Where a new gate is: at which box, and which of its gates. */
export interface GatePlace {
  readonly thingName: string;
  readonly output: string | null;
}

interface NewBoxesProps {
  readonly service: Administration;
  readonly onAdd: (place: GatePlace) => void;
}

/** Boxes that report, but no gate is at them yet. Nothing while there are none. */
export function NewBoxes({ service, onAdd }: NewBoxesProps) {
  const { loaded } = useLoaded(() => service.newBoxes());
  if (loaded.type === "failed") return <p role="alert">{loaded.message}</p>;
  if (loaded.type === "loading" || loaded.value.length === 0) return null;
  return (
    <section class="part" aria-labelledby="new-boxes">
      <h2 id="new-boxes">{said.title}</h2>
      <p class="lead">{said.lead}</p>
      <ul class="list card">
        {loaded.value.map((box) => (
          <NewBox key={box.thingName} box={box} onAdd={onAdd} />
        ))}
      </ul>
    </section>
  );
}

interface NewBoxProps {
  readonly box: NewBoxView;
  readonly onAdd: (place: GatePlace) => void;
}

function NewBox({ box, onAdd }: NewBoxProps) {
  const { thingName, state, lastSeenAt, firmware, gates } = box;
  const places = (gates.length === 0 ? [null] : gates).map((output) => ({ thingName, output }));
  const details = [
    words.boxes[state],
    lastSeenAt === null ? null : said.lastSeen(when(lastSeenAt)),
    firmware === null ? null : said.firmware(firmware),
  ];
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{thingName}</strong>
        <span class="hint">{details.filter((detail) => detail !== null).join(" · ")}</span>
      </span>
      {places.map((place) => {
        const label = place.output === null ? said.add : said.addGate(place.output);
        return (
          <button
            key={placeOf(place)}
            type="button"
            aria-label={`${label}: ${placeOf(place)}`}
            onClick={() => onAdd(place)}
          >
            {label}
          </button>
        );
      })}
    </li>
  );
}
