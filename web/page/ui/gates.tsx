import { useState } from "preact/hooks";
import type { AdminGateView, BoxHealth } from "../../api.ts";
import { type AdministrationWords, administration } from "../../words/administration.ts";
import { words } from "../../words/page.ts";
import type { Service } from "../io/service.ts";
import { Action, Field, Form, text } from "./form.tsx";
import { day, span, when } from "./format.ts";
import { useLoaded, WhenLoaded } from "./loaded.tsx";

const said = administration.gates;

/** Gates and the health of their boxes. */
export function GatesPage({ service }: { readonly service: Service }) {
  const { loaded, reload } = useLoaded(() => service.gates());
  /** the id of the gate being edited; "": a new gate; null: none */
  const [edited, setEdited] = useState<string | null>(null);
  async function done(): Promise<void> {
    await reload();
    setEdited(null);
  }
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(gates) => (
        <section class="wide-page">
          <div class="page-head">
            <h1>{said.title}</h1>
            {edited !== "" && (
              <button type="button" class="primary" onClick={() => setEdited("")}>
                {said.add}
              </button>
            )}
          </div>
          {edited === "" && (
            <GateForm
              gate={null}
              service={service}
              onDone={done}
              onCancel={() => setEdited(null)}
            />
          )}
          {gates.length === 0 && edited === null && <p class="empty">{said.none}</p>}
          <div class="cards">
            {gates.map((gate) =>
              edited === gate.id ? (
                <GateForm
                  key={gate.id}
                  gate={gate}
                  service={service}
                  onDone={done}
                  onCancel={() => setEdited(null)}
                />
              ) : (
                <GateCard
                  key={gate.id}
                  gate={gate}
                  service={service}
                  reload={reload}
                  onEdit={() => setEdited(gate.id)}
                />
              ),
            )}
          </div>
        </section>
      )}
    </WhenLoaded>
  );
}

interface GateCardProps {
  readonly gate: AdminGateView;
  readonly service: Service;
  readonly reload: () => Promise<void>;
  readonly onEdit: () => void;
}

function GateCard({ gate, service, reload, onEdit }: GateCardProps) {
  const lamp = gate.box.state === "online" ? "good" : "off";
  return (
    <article class="card" aria-label={gate.name}>
      <div class="card-head">
        <h2>{gate.name}</h2>
        <p class="pill" data-lamp={lamp}>
          <span class="lamp" data-lamp={lamp} />
          {words.boxes[gate.box.state]}
        </p>
      </div>
      <p class="hint">
        {gate.thingName} · {gate.timeZone}
        {!gate.isActive && ` · ${said.closed}`}
      </p>
      <dl class="health">
        {healthOf(gate.box).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="row wrap">
        <button type="button" onClick={onEdit}>
          {said.edit}
        </button>
        <Action
          label={gate.isActive ? said.close : said.reopen}
          kind={gate.isActive ? "danger" : "primary"}
          onPress={() => service.changeGate(gate.id, { isActive: !gate.isActive })}
          onDone={reload}
        />
      </div>
    </article>
  );
}

type ShownField = keyof AdministrationWords["gates"]["health"];

/** Fields with a format of their own. The others are shown as they are. */
const formats: { readonly [Name in ShownField]?: (value: NonNullable<BoxHealth[Name]>) => string } =
  {
    lastSeenAt: when,
    uptimeMs: span,
    rssi: said.signal,
    certificateEndsAt: certificateOf,
    clockDifferenceMs: said.clock,
  };

/** Every field that has a label, with its value. */
function healthOf(box: BoxHealth): readonly (readonly [string, string])[] {
  const names = Object.keys(said.health) as ShownField[];
  return names.map((name) => [said.health[name], shown(box, name)]);
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
  return endsAt - Date.now() < warnMs ? said.renew(day(endsAt)) : day(endsAt);
}

interface GateFormProps {
  /** null: a new gate */
  readonly gate: AdminGateView | null;
  readonly service: Service;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function GateForm({ gate, service, onDone, onCancel }: GateFormProps) {
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Form
      submit={said.save}
      cancel={said.cancel}
      onCancel={onCancel}
      onDone={onDone}
      onSubmit={(data) => {
        const body = {
          name: text(data, "name"),
          thingName: text(data, "thing"),
          timeZone: text(data, "zone"),
        };
        if (gate !== null) return service.changeGate(gate.id, body);
        return service.addGate({ ...body, id: text(data, "id") });
      }}
    >
      <Field label={said.name}>
        {(its) => (
          <input name="name" required maxLength={60} defaultValue={gate?.name ?? ""} {...its} />
        )}
      </Field>
      {gate === null && (
        <Field label={said.id} hint={said.idHint}>
          {(its) => <input name="id" required pattern="[a-z0-9\-]{1,32}" {...its} />}
        </Field>
      )}
      <Field label={said.thing}>
        {(its) => (
          <input
            name="thing"
            required
            maxLength={128}
            defaultValue={gate?.thingName ?? ""}
            {...its}
          />
        )}
      </Field>
      <Field label={said.zone}>
        {(its) => (
          <>
            <input
              name="zone"
              required
              list="zones"
              defaultValue={gate?.timeZone ?? ownZone}
              {...its}
            />
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
