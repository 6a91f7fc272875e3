import { useState } from "preact/hooks";
import type { AdminGateView, BoxHealth, BoxState } from "../../api.ts";
import { longestGateName } from "../../input-limits.ts";
import { type AdministrationWords, administration } from "../../words/administration.ts";
import { words } from "../../words/page.ts";
import type { Administration } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { useAnnounce } from "./announcer.tsx";
import { Field } from "./field.tsx";
import { Finder, type Finding, useFinding } from "./finder.tsx";
import { useFocusWhen } from "./focus.ts";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { day, span } from "./format-lists.ts";
import { GateAccess } from "./gate-access.tsx";
import { ListPage } from "./list-page.tsx";
import { useLoaded, WhenLoaded } from "./loaded.tsx";
import { Missing } from "./missing.tsx";
import { placeOf } from "./place.ts";
import { fragmentOf } from "./route.ts";
import { useTitle } from "./title.ts";

const said = administration.gates;

interface GatesPageProps {
  readonly service: Administration;
  /** the gate to show; null: all gates */
  readonly id: string | null;
}

/** Gates and the health of their boxes. */
export function GatesPage({ service, id }: GatesPageProps) {
  const { loaded, reload } = useLoaded(() => service.gates());
  const finding = useFinding();
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(gates) => {
        if (id === null) {
          return <GatesList gates={gates} finding={finding} service={service} reload={reload} />;
        }
        const gate = gates.find((each) => each.id === id);
        if (gate === undefined) {
          return (
            <Missing sentence={said.missing} back={said.back} to={{ page: "gates", id: null }} />
          );
        }
        return <GateDetails key={id} gate={gate} gates={gates} service={service} reload={reload} />;
      }}
    </WhenLoaded>
  );
}

interface GatesListProps {
  readonly gates: readonly AdminGateView[];
  readonly finding: Finding;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function GatesList({ gates, finding, service, reload }: GatesListProps) {
  return (
    <ListPage
      title={said.title}
      add={said.add}
      reload={reload}
      routeOf={(id) => ({ page: "gates", id })}
      form={(events) => <GateForm gate={null} gates={gates} service={service} {...events} />}
    >
      {(isAdding) => (
        <>
          <p>
            <a class="button" href={fragmentOf({ page: "webhooks" })}>
              {administration.webhooks.title}
            </a>
            <a class="button" href={fragmentOf({ page: "holidays" })}>
              {said.holidays}
            </a>
          </p>
          {gates.length === 0 && !isAdding && <p class="empty">{said.none}</p>}
          <Finder
            entries={gates}
            finding={finding}
            textOf={(gate) => `${gate.name} ${gate.id} ${placeOf(gate)} ${gate.timeZone}`}
          >
            {(gate) => (
              <a class="list-entry" href={fragmentOf({ page: "gates", id: gate.id })}>
                <GateLine gate={gate} />
              </a>
            )}
          </Finder>
        </>
      )}
    </ListPage>
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
  readonly gates: readonly AdminGateView[];
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function GateDetails({ gate, gates, service, reload }: GateDetailsProps) {
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
          gates={gates}
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

type ShownField = keyof AdministrationWords["gates"]["health"];

/** Fields with a format of their own. The others are shown as they are. */
const formats: { readonly [Name in ShownField]?: (value: NonNullable<BoxHealth[Name]>) => string } =
  {
    lastSeenAt: when,
    uptimeMs: span,
    gate: ({ state, since }) =>
      since === null ? said.positions[state] : `${said.positions[state]} · ${when(since)}`,
    gates: (gates) => gates.map(({ name }) => name).join(", "),
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

interface GateFormProps {
  /** null: a new gate */
  readonly gate: AdminGateView | null;
  readonly gates: readonly AdminGateView[];
  readonly service: Administration;
  readonly onDone: (gate: AdminGateView) => void;
  readonly onCancel: () => void;
}

function GateForm({ gate, gates, service, onDone, onCancel }: GateFormProps) {
  const [thing, setThing] = useState(gate?.thingName ?? "");
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Form
      submit={said.save}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        name: fields.line("name", longestGateName),
        ...(gate === null && { id: fields.gateId("id") }),
        thingName: fields.thingName("thing"),
        output: fields.output("output"),
        timeZone: fields.timeZone("zone"),
      })}
      send={(body) => (gate === null ? service.addGate(body) : service.changeGate(gate.id, body))}
    >
      <Field label={said.name} name="name">
        {(its) => <input required defaultValue={gate?.name ?? ""} {...its} />}
      </Field>
      {gate === null && (
        <Field label={said.id} name="id" hint={said.idHint}>
          {(its) => <input required autoCapitalize="none" {...its} />}
        </Field>
      )}
      <Field label={said.thing} name="thing">
        {(its) => (
          <input
            required
            autoCapitalize="none"
            defaultValue={gate?.thingName ?? ""}
            onInput={({ currentTarget }) => setThing(currentTarget.value.trim())}
            {...its}
          />
        )}
      </Field>
      <Field label={said.output} name="output" hint={said.outputHint}>
        {(its) => (
          <>
            <input
              list="outputs"
              autoCapitalize="none"
              defaultValue={gate?.output ?? ""}
              {...its}
            />
            <datalist id="outputs">
              {namesAt(thing, gates).map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={said.zone} name="zone">
        {(its) => (
          <>
            <input required list="zones" defaultValue={gate?.timeZone ?? ownZone} {...its} />
            <datalist id="zones">
              {Intl.supportedValuesOf("timeZone").map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </Form>
  );
}

/** The names of the gates at this box, as far as the box of a known gate has told them. */
function namesAt(thing: string, gates: readonly AdminGateView[]): readonly string[] {
  const known = gates.find(({ thingName }) => thingName === thing);
  return known?.box.gates?.map(({ name }) => name) ?? [];
}
