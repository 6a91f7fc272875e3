import { useState } from "preact/hooks";
import { words } from "../../words.ts";
import { Field } from "../field.tsx";
import { textOf } from "../form-values.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.network;
const other = "";

export function NetworkStep({ view, link }: PanelProps) {
  const { networks, SSID } = view.network;
  const [chosen, setChosen] = useState<string | undefined>(SSID ?? undefined);
  const [isShown, setShown] = useState(false);
  const isBusy = view.activity !== null;
  const seen = networks ?? [];
  const selected = chosen ?? seen[0]?.SSID ?? other;
  const isOther = !seen.some((each) => each.SSID === selected);
  const network = seen.find((each) => each.SSID === selected);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    link.command({
      type: "join",
      SSID: isOther ? textOf(form, "SSID") : selected,
      password: textOf(form, "password"),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Heading>{said.heading}</Heading>
      {networks !== null && (
        <fieldset disabled={isBusy}>
          <legend>{said.seen}</legend>
          {networks.length === 0 && <p>{said.none}</p>}
          {networks.map(({ SSID: name, RSSI, isSecured }) => (
            <label key={name} class="option">
              <input
                type="radio"
                name="chosen"
                checked={name === selected}
                onChange={() => setChosen(name)}
              />
              <span class="option-name">{name}</span>
              {isSecured ? <Lock /> : <span class="hint">{said.open}</span>}
              <Strength RSSI={RSSI} />
            </label>
          ))}
          <label class="option">
            <input type="radio" name="chosen" checked={isOther} onChange={() => setChosen(other)} />
            <span class="option-name">{said.other}</span>
          </label>
        </fieldset>
      )}
      {isOther && (
        <Field name="SSID" label={said.SSID} failure={view.failure}>
          {(attributes) => (
            <input
              {...attributes}
              defaultValue={SSID ?? ""}
              maxLength={64}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
            />
          )}
        </Field>
      )}
      {(network === undefined || network.isSecured) && (
        <>
          <Field
            name="password"
            label={said.password}
            hint={said.passwordHint}
            failure={view.failure}
          >
            {(attributes) => (
              <input
                {...attributes}
                {...(isShown ? { type: "text" } : { type: "password" })}
                maxLength={64}
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
              />
            )}
          </Field>
          <label class="check">
            <input
              type="checkbox"
              checked={isShown}
              onChange={() => setShown((before) => !before)}
            />
            <span>{said.show}</span>
          </label>
        </>
      )}
      <div class="row">
        <button type="submit" class="primary" aria-disabled={isBusy}>
          {said.join}
        </button>
        <button type="button" aria-disabled={isBusy} onClick={() => link.command({ type: "scan" })}>
          {said.again}
        </button>
      </div>
    </form>
  );
}

function Lock() {
  return (
    <svg class="lock" viewBox="0 0 16 16" role="img" aria-label={said.secured}>
      <path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor" />
    </svg>
  );
}

/** dBm at which one more bar is drawn. */
const limits = [-85, -75, -67, -55];

function Strength({ RSSI }: { readonly RSSI: number }) {
  const bars = limits.filter((limit) => RSSI >= limit).length;
  return (
    <svg
      class="strength"
      viewBox="0 0 20 16"
      role="img"
      aria-label={`${said.strength(bars)}, ${RSSI} dBm`}
    >
      {limits.map((limit, index) => (
        <rect
          key={limit}
          class={index < bars ? "bar on" : "bar"}
          x={index * 5}
          y={12 - index * 4}
          width="3.5"
          height={4 + index * 4}
          rx="1"
        />
      ))}
    </svg>
  );
}
