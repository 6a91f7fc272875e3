import { useEffect, useState } from "preact/hooks";
import type { AdminGateView, BoxHealth, BoxState, GatesSort } from "../../api.ts";
import { longestGateName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import { words } from "../../words/page.ts";
import type { Administration } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { useAnnounce } from "./announcer.tsx";
import { DeleteAction } from "./delete-action.tsx";
import { SearchedList } from "./finder.tsx";
import { useFocusWhen } from "./focus.ts";
import { when } from "./format.ts";
import { countsOf, day, list, span } from "./format-lists.ts";
import { GateAccess } from "./gate-access.tsx";
import { GateForm } from "./gate-form.tsx";
import { ListPage } from "./list-page.tsx";
import { mapped, orNull, useLoaded, WhenLoaded } from "./loaded.tsx";
import { Missing } from "./missing.tsx";
import { type GatePlace, NewBoxes } from "./new-boxes.tsx";
import { placeOf } from "./place.ts";
import { fragmentOf, goTo } from "./route.ts";
import { type SearchedPages, useSearchedPages } from "./searched-pages.ts";
import { useTitle } from "./title.ts";

const said = administration.gates;

interface GatesPageProps {
  readonly service: Administration;
  /** the gate to show; null: all gates */
  readonly id: string | null;
}

/** Gates and the health of their boxes. */
export function GatesPage({ service, id }: GatesPageProps) {
  // It outlives the visit to a gate, so that Back leads to the same entries.
  const list = useSearchedPages<AdminGateView, GatesSort>("name", longestGateName, (query) =>
    mapped(service.gates(query), ({ gates, ...page }) => ({ entries: gates, ...page })),
  );
  useEffect(() => {
    void list.reload();
  }, [id === null]);
  return id === null ? (
    <GatesList service={service} list={list} />
  ) : (
    <OneGate key={id} service={service} id={id} />
  );
}

function OneGate({ service, id }: { readonly service: Administration; readonly id: string }) {
  const { loaded, reload } = useLoaded(() => orNull(service.gate(id)));
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(gate) =>
        gate === null ? (
          <Missing sentence={said.missing} back={said.back} to={{ page: "gates", id: null }} />
        ) : (
          <GateDetails gate={gate} service={service} reload={reload} />
        )
      }
    </WhenLoaded>
  );
}

interface GatesListProps {
  readonly service: Administration;
  readonly list: SearchedPages<AdminGateView, GatesSort>;
}

const sorts: readonly GatesSort[] = ["name", "id", "box"];

function GatesList({ service, list }: GatesListProps) {
  const { loaded, search, reload } = list;
  const [place, setPlace] = useState<GatePlace | null>(null);
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(found) => (
        <ListPage
          title={said.title}
          add={said.add}
          reload={reload}
          routeOf={(id) => ({ page: "gates", id })}
          form={({ onDone, onCancel }) => (
            <GateForm
              key={place === null ? "" : placeOf(place)}
              gate={null}
              place={place}
              service={service}
              onDone={onDone}
              onCancel={() => {
                setPlace(null);
                onCancel();
              }}
            />
          )}
        >
          {(isAdding, startAdding) => (
            <>
              <p>
                <a class="button" href={fragmentOf({ page: "webhooks" })}>
                  {administration.webhooks.title}
                </a>
                <a class="button" href={fragmentOf({ page: "holidays" })}>
                  {said.holidays}
                </a>
              </p>
              {found.total === 0 && search === "" && !isAdding && <p class="empty">{said.none}</p>}
              <SearchedList pages={list} found={found} sorts={sorts} sortNames={said.sorts}>
                {(gate) => (
                  <a class="list-entry" href={fragmentOf({ page: "gates", id: gate.id })}>
                    <GateLine gate={gate} />
                  </a>
                )}
              </SearchedList>
              <NewBoxes
                service={service}
                onAdd={(chosen) => {
                  setPlace(chosen);
                  startAdding();
                }}
              />
            </>
          )}
        </ListPage>
      )}
    </WhenLoaded>
  );
}

function GateLine({ gate }: { readonly gate: AdminGateView }) {
  const { certificateEndsAt } = gate.box;
  return (
    <>
      <span class="list-main">
        <strong>{gate.name}</strong>
        <span class="hint">
          {placeOf(gate)} · {gate.timeZone}
        </span>
      </span>
      <span class="list-side">
        {gate.isAtBox === false && (
          <span class="badge" data-tone="bad">
            {said.notAtBox}
          </span>
        )}
        {certificateEndsAt !== null && endsSoon(certificateEndsAt) && (
          <span class="badge" data-tone="unsure">
            {said.renewSoon}
          </span>
        )}
        {!gate.isActive && <span class="badge">{said.closed}</span>}
        <BoxPill state={gate.box.state} />
      </span>
    </>
  );
}

function BoxPill({ state }: { readonly state: BoxState }) {
  const lamp = state === "online" ? "good" : "off";
  return (
    <span class="pill" data-lamp={lamp}>
      <span class="lamp" data-lamp={lamp} />
      {words.boxes[state]}
    </span>
  );
}

interface GateDetailsProps {
  readonly gate: AdminGateView;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function GateDetails({ gate, service, reload }: GateDetailsProps) {
  useTitle(gate.name);
  const announce = useAnnounce();
  const [isEditing, setEditing] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isEditing);
  return (
    <section class="wide-page">
      <a class="button quiet back" href={fragmentOf({ page: "gates", id: null })}>
        {said.back}
      </a>
      <div class="page-head">
        <div>
          <h1>{gate.name}</h1>
          <p class="lead">
            {placeOf(gate)} · {gate.timeZone}
            {!gate.isActive && ` · ${said.closed}`}
          </p>
        </div>
        <BoxPill state={gate.box.state} />
      </div>
      {gate.isAtBox === false && gate.output !== null && (
        <p class="notice">{said.notAtBoxLong(gate.output)}</p>
      )}
      {isEditing ? (
        <GateForm
          gate={gate}
          place={gate}
          service={service}
          onCancel={() => setEditing(false)}
          onDone={async () => {
            await reload();
            setEditing(false);
            announce(said.saved);
          }}
        />
      ) : (
        <div class="row wrap">
          <button ref={opener} type="button" onClick={() => setEditing(true)}>
            {said.edit}
          </button>
          {gate.isActive ? (
            <CarefulAction
              key="close"
              label={said.close}
              question={said.sureClose(gate.name)}
              done={said.saved}
              kind="danger"
              onPress={() => service.changeGate(gate.id, { isActive: false })}
              onDone={reload}
            />
          ) : (
            <Action
              key="reopen"
              label={said.reopen}
              done={said.saved}
              kind="primary"
              onPress={() => service.changeGate(gate.id, { isActive: true })}
              onDone={reload}
            />
          )}
          <DeleteAction
            label={said.delete}
            ask={() => service.gateTraces(gate.id)}
            question={(traces) =>
              `${said.sureDelete(gate.name)} ${countsOf(traces, said.traces)}. ${said.keptRecords}`
            }
            done={said.deleted}
            onPress={() => service.deleteGate(gate.id)}
            onDone={() => goTo({ page: "gates", id: null })}
          />
        </div>
      )}
      <dl class="health card">
        {healthOf(gate.box).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <GateAccess gate={gate} service={service} />
      <GateEvents id={gate.id} service={service} />
    </section>
  );
}

/** Nothing while there are none: most gates have no contact. */
function GateEvents({ id, service }: { readonly id: string; readonly service: Administration }) {
  const { loaded } = useLoaded(() => service.gateEvents(id));
  if (loaded.type === "failed") return <p role="alert">{loaded.message}</p>;
  if (loaded.type === "loading" || loaded.value.length === 0) return null;
  return (
    <section>
      <h2>{said.eventsTitle}</h2>
      <dl class="health card">
        {loaded.value.map(({ event, at }) => (
          <div key={`${event} ${at}`}>
            <dt>{when(at)}</dt>
            <dd>{said.events[event]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

type ShownField = keyof typeof said.health;

/** Fields with a format of their own. The others are shown as they are. */
const formats: { readonly [Name in ShownField]?: (value: NonNullable<BoxHealth[Name]>) => string } =
  {
    lastSeenAt: when,
    uptimeMs: span,
    gate: ({ state, since }) =>
      since === null ? said.positions[state] : `${said.positions[state]} · ${when(since)}`,
    gates: (gates) => list(gates.map(({ name }) => name)),
    rssi: said.signal,
    certificateEndsAt: certificateOf,
    clockDifferenceMs: said.clock,
  };

/** Every field that has a label, with its value. Most boxes have one gate, which has no name there. */
function healthOf(box: BoxHealth): readonly (readonly [string, string])[] {
  const names = Object.keys(said.health) as ShownField[];
  const shownNames = names.filter((name) => name !== "gates" || box.gates !== null);
  return shownNames.map((name) => [said.health[name], shown(box, name)]);
}

function shown<Name extends ShownField>(box: BoxHealth, name: Name): string {
  const value = box[name];
  if (value === null) return name === "lastSeenAt" ? said.never : said.unknown;
  const format: ((value: NonNullable<BoxHealth[Name]>) => string) | undefined = formats[name];
  return format === undefined ? String(value) : format(value);
}

/** A little earlier than `boom-box doctor` warns, because somebody has to go to the gate. */
const warnMs = 60 * 24 * 3_600_000;

function certificateOf(endsAt: number): string {
  return endsSoon(endsAt) ? said.renew(day(endsAt)) : day(endsAt);
}

function endsSoon(endsAt: number): boolean {
  return endsAt - Date.now() < warnMs;
}
