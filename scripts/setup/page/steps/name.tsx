import { words } from "../../words.ts";
import { Field } from "../field.tsx";
import { textOf, wholeNumberOf } from "../form-values.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.name;

export function NameStep({ view, link }: PanelProps) {
  const { thing, pin, pulseMs, ledPin, fitPins } = view.name;
  const { failure } = view;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    link.command({
      type: "name",
      thing: textOf(form, "thing").trim(),
      pin: wholeNumberOf(form, "pin") ?? 0,
      pulseMs: wholeNumberOf(form, "pulseMs") ?? 0,
      ledPin: wholeNumberOf(form, "ledPin"),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Heading>{said.heading}</Heading>
      <Field name="thing" label={said.thing} hint={said.thingHint} failure={failure}>
        {(attributes) => (
          <input
            {...attributes}
            defaultValue={thing}
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
          />
        )}
      </Field>
      <Field name="pin" label={said.pin} hint={said.pinHint(fitPins)} failure={failure}>
        {(attributes) => (
          <input {...attributes} type="number" min={0} max={48} defaultValue={String(pin)} />
        )}
      </Field>
      <Field name="pulseMs" label={said.pulse} hint={said.pulseHint} failure={failure}>
        {(attributes) => (
          <input {...attributes} type="number" min={20} max={5000} defaultValue={String(pulseMs)} />
        )}
      </Field>
      <Field name="ledPin" label={said.led} hint={said.ledHint} failure={failure}>
        {(attributes) => (
          <input
            {...attributes}
            type="number"
            min={0}
            max={48}
            defaultValue={ledPin === null ? "" : String(ledPin)}
          />
        )}
      </Field>
      <button type="submit" class="primary" aria-disabled={view.activity !== null}>
        {said.next}
      </button>
    </form>
  );
}
