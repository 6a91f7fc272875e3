import { useState } from "preact/hooks";
import type {
  AdminGateView,
  DeliveryView,
  NewWebhookView,
  WebhookBody,
  WebhookTry,
  WebhookView,
} from "../../api.ts";
import { longestWebhookUrl, webhookEventTypes } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { Field } from "./field.tsx";
import { Form } from "./form.tsx";
import { exactly, list } from "./format-lists.ts";
import { OptionalGate } from "./gate-field.tsx";
import { useLoaded, WhenLoaded } from "./loaded.tsx";
import { OnceLink } from "./once-link.tsx";
import { useTitle } from "./title.ts";
import { withGates } from "./with-gates.ts";

const said = administration.webhooks;

interface PageProps {
  readonly service: Administration;
}

/** Where the service tells what happens. */
export function WebhooksPage({ service }: PageProps) {
  useTitle(said.title);
  const { loaded, reload } = useLoaded(() => withGates(service, service.webhooks()));
  const [made, setMade] = useState<NewWebhookView | null>(null);
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {([webhooks, known]) => (
        <AddingSection<NewWebhookView>
          id="webhooks"
          isPage
          title={said.title}
          lead={said.lead}
          add={said.add}
          added={said.added}
          onAdded={async (webhook) => {
            setMade(webhook);
            await reload();
          }}
          form={(events) => <AddWebhook service={service} known={known} {...events} />}
        >
          {(isAdding) => (
            <>
              <div aria-live="polite">
                {made !== null && (
                  <OnceLink
                    label={said.secret}
                    lead={said.secretLead}
                    text={made.secret}
                    onDone={() => setMade(null)}
                  />
                )}
              </div>
              {webhooks.length === 0 && !isAdding && <p class="empty">{said.none}</p>}
              {webhooks.map((webhook) => (
                <Entry
                  key={webhook.id}
                  webhook={webhook}
                  gates={known.gates}
                  service={service}
                  reload={reload}
                />
              ))}
            </>
          )}
        </AddingSection>
      )}
    </WhenLoaded>
  );
}

interface EntryProps extends PageProps {
  readonly webhook: WebhookView;
  readonly gates: readonly AdminGateView[];
  readonly reload: () => Promise<void>;
}

function Entry({ webhook, gates, service, reload }: EntryProps) {
  const { id, url, events, gate, isActive, dead, lastTry } = webhook;
  const [isOpen, setOpen] = useState(false);
  const where =
    gate === null ? said.allGates : (gates.find((each) => each.id === gate)?.name ?? gate);
  return (
    <section class="card part" aria-label={url}>
      <h2 class="address">{url}</h2>
      <p>
        {where} · {list(events.map((event) => said.events[event]))}
      </p>
      <p class="hint">
        {!isActive && <span class="badge">{said.off}</span>}{" "}
        {lastTry === null ? said.untried : tried(lastTry)}
      </p>
      {dead > 0 && <p class="notice">{said.dead(dead)}</p>}
      <div class="row wrap">
        {isActive && (
          <Action
            label={said.test}
            done={said.tested}
            onPress={() => service.testWebhook(id)}
            onDone={() => {
              setOpen(true);
              void reload();
            }}
          />
        )}
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {said.deliveries}
        </button>
        <Action
          label={isActive ? said.turnOff : said.turnOn}
          onPress={() => service.changeWebhook(id, { isActive: !isActive })}
          onDone={reload}
        />
        <CarefulAction
          label={said.remove}
          question={said.sureRemove(url)}
          done={said.removed}
          kind="danger"
          onPress={() => service.removeWebhook(id)}
          onDone={reload}
        />
      </div>
      {isOpen && <Deliveries webhook={webhook} service={service} onReload={reload} />}
    </section>
  );
}

function tried({ at, status, problem }: WebhookTry): string {
  const when = exactly(at);
  return problem === null
    ? said.delivered(when)
    : said.failed(when, said.problems[problem](status));
}

interface DeliveriesProps extends PageProps {
  readonly webhook: WebhookView;
  /** What the webhook itself says about its messages may have changed too. */
  readonly onReload: () => Promise<void>;
}

function Deliveries({ webhook, service, onReload }: DeliveriesProps) {
  const { loaded, reload: reloadList } = useLoaded(() => service.deliveries(webhook.id));
  async function reload(): Promise<void> {
    await Promise.all([reloadList(), onReload()]);
  }
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {({ deliveries }) => (
        <>
          <button type="button" class="quiet" onClick={reload}>
            {said.refresh}
          </button>
          {deliveries.length === 0 && <p class="empty">{said.nothingSent}</p>}
          <ul class="list">
            {deliveries.map((delivery) => (
              <Message
                key={delivery.id}
                delivery={delivery}
                retry={() => service.retryDelivery(webhook.id, delivery.id)}
                reload={reload}
              />
            ))}
          </ul>
        </>
      )}
    </WhenLoaded>
  );
}

interface MessageProps {
  readonly delivery: DeliveryView;
  readonly retry: () => ReturnType<Administration["retryDelivery"]>;
  readonly reload: () => Promise<void>;
}

function Message({ delivery, retry, reload }: MessageProps) {
  const { type, state, createdAt, attempts, dueAt, lastTry } = delivery;
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{type === "test" ? said.testMessage : said.events[type]}</strong>
        <span>
          {exactly(createdAt)} · {said.states[state]}
          {state === "waiting" &&
            attempts > 0 &&
            dueAt !== null &&
            ` · ${said.next(exactly(dueAt))}`}
        </span>
        {lastTry !== null && lastTry.problem !== null && <span class="hint">{tried(lastTry)}</span>}
      </span>
      {state === "dead" && (
        <Action label={said.retry} done={said.retried} onPress={retry} onDone={reload} />
      )}
    </li>
  );
}

interface AddWebhookProps extends PageProps {
  readonly known: KnownGates;
  readonly onDone: (webhook: NewWebhookView) => void;
  readonly onCancel: () => void;
}

function AddWebhook({ service, known, onDone, onCancel }: AddWebhookProps) {
  return (
    <Form<WebhookBody, NewWebhookView>
      submit={said.save}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => {
        const checked = fields.checked("events");
        const events = webhookEventTypes.filter((type) => checked.includes(type));
        if (events.length === 0) fields.refuse("events", said.noEvents);
        return {
          url: fields.line("url", longestWebhookUrl),
          gate: fields.choice("gate") || null,
          events,
        };
      }}
      send={service.addWebhook}
    >
      <Field label={said.url} name="url" hint={said.urlHint}>
        {(its) => (
          <input type="url" inputMode="url" required maxLength={longestWebhookUrl} {...its} />
        )}
      </Field>
      <OptionalGate
        label={said.gate}
        name="gate"
        all={said.allGates}
        known={known}
        service={service}
      />
      <fieldset>
        <legend>{said.eventsTitle}</legend>
        {webhookEventTypes.map((type) => (
          <label key={type} class="check">
            <input type="checkbox" name="events" value={type} defaultChecked />
            {said.events[type]}
          </label>
        ))}
      </fieldset>
    </Form>
  );
}
