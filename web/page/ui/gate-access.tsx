import { useEffect, useState } from "preact/hooks";
import type { AdminGateView, GrantsPage } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import { hoursOf } from "./hours.tsx";
import { messageOf } from "./loaded.tsx";
import { fragmentOf } from "./route.ts";

const said = administration.gateAccess;

interface GateAccessProps {
  readonly gate: AdminGateView;
  readonly service: Administration;
}

/** Who may open one gate. The access itself is changed on the page of the person. */
export function GateAccess({ gate, service }: GateAccessProps) {
  const [list, setList] = useState<GrantsPage | null>(null);
  const [notice, setNotice] = useState("");
  async function load(before: GrantsPage | null): Promise<void> {
    const answer = await service.grantsPage(gate.id, before?.next ?? null);
    setNotice(answer.type === "ok" ? "" : messageOf(answer));
    if (answer.type !== "ok") return;
    const { grants, next } = answer.value;
    setList({ grants: [...(before?.grants ?? []), ...grants], next });
  }
  useEffect(() => void load(null), []);
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
      {notice !== "" && (
        <p class="notice" role="alert">
          {notice}
        </p>
      )}
      {list?.grants.length === 0 && <p class="empty">{said.none}</p>}
      {list !== null && list.grants.length > 0 && (
        <ul class="list card">
          {list.grants.map((grant) => (
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
      {list?.next && (
        <button type="button" class="wide" onClick={() => load(list)}>
          {administration.finder.more}
        </button>
      )}
    </section>
  );
}
