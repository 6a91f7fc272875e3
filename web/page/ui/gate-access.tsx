import type { AdminGateView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import { GrowingList, useGrowingList } from "./growing-list.tsx";
import { hoursOf } from "./hours.tsx";
import { mapped } from "./loaded.tsx";
import { fragmentOf } from "./route.ts";

const said = administration.gateAccess;

interface GateAccessProps {
  readonly gate: AdminGateView;
  readonly service: Administration;
}

/** Who may open one gate. The access itself is changed on the page of the person. */
export function GateAccess({ gate, service }: GateAccessProps) {
  const growing = useGrowingList(
    (after) =>
      mapped(service.grantsPage(gate.id, after), ({ grants, next }) => ({ entries: grants, next })),
    [],
  );
  return (
    <section class="part" aria-labelledby="gate-access">
      <div class="page-head">
        <h2 id="gate-access">{said.title}</h2>
        <span class="row wrap">
          <a class="button" href={fragmentOf({ page: "access", id: gate.id })}>
            {said.several}
          </a>
          <a class="button" href={fragmentOf({ page: "guests", id: gate.id })}>
            {said.guests}
          </a>
        </span>
      </div>
      <GrowingList growing={growing} none={said.none}>
        {(grants) => (
          <ul class="list card">
            {grants.map((grant) => (
              <li key={grant.id}>
                <a class="list-entry" href={fragmentOf({ page: "people", id: grant.person })}>
                  <span class="list-main">
                    <strong>{grant.personName}</strong>
                    <span>{hoursOf(grant, gate.timeZone)}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </GrowingList>
    </section>
  );
}
