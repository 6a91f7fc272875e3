import { useState } from "preact/hooks";
import type { CertificateChoice, Failure } from "../../view.ts";
import { words } from "../../words.ts";
import { Field } from "../field.tsx";
import { fileOf, textOf, wholeNumberOf } from "../form-values.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";

const said = words.certificate;
type Source = CertificateChoice["source"];

const sources: readonly (readonly [Source, string, string])[] = [
  ["stand-in", said.standIn, said.standInHint],
  ["aws", said.aws, said.awsHint],
  ["files", said.files, said.filesHint],
];

export function CertificateStep({ view, link }: PanelProps) {
  const [source, setSource] = useState<Source>("stand-in");
  const { progress } = view.certificate;
  const isBusy = view.activity !== null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    link.command({ type: "certificate", choice: await choiceOf(source, form) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Heading>{said.heading}</Heading>
      <p>{said.intro}</p>
      <fieldset disabled={isBusy}>
        <legend>{said.source}</legend>
        {sources.map(([name, label, hint]) => (
          <label key={name} class="option">
            <input
              type="radio"
              name="source"
              checked={source === name}
              onChange={() => setSource(name)}
            />
            <span class="option-name">
              {label}
              <span class="hint">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {source === "stand-in" && <StandInFields view={view} link={link} />}
      {source === "aws" && <AwsFields region={view.certificate.region} failure={view.failure} />}
      {source === "files" && <FileFields failure={view.failure} />}
      <label class="check">
        <input type="checkbox" name="keep" aria-describedby="keep-hint" />
        <span>{said.keep}</span>
      </label>
      <p class="hint" id="keep-hint">
        {said.keepHint}
      </p>
      <button type="submit" class="primary" aria-disabled={isBusy}>
        {said.next}
      </button>
      {progress.length > 0 && (
        <ul class="log">
          {progress.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </form>
  );
}

async function choiceOf(source: Source, form: FormData): Promise<CertificateChoice> {
  const isKept = form.get("keep") !== null;
  switch (source) {
    case "stand-in":
      return { source, host: textOf(form, "host").trim(), isKept };
    case "aws":
      return {
        source,
        region: textOf(form, "region").trim(),
        profile: textOf(form, "profile").trim(),
        isKept,
      };
    case "files":
      return {
        source,
        endpoint: textOf(form, "endpoint").trim(),
        port: wholeNumberOf(form, "port") ?? 0,
        ca: await fileOf(form, "ca"),
        certificate: await fileOf(form, "certificate"),
        key: await fileOf(form, "key"),
        isKept,
      };
  }
}

function StandInFields({ view }: PanelProps) {
  const { standInHost, isReachable } = view.certificate;
  return (
    <>
      <p class="notice">{isReachable ? said.standInReachable : said.standInReach}</p>
      <Field
        name="host"
        label={said.standInHost}
        hint={said.standInHostHint}
        failure={view.failure}
      >
        {(attributes) => (
          <input
            {...attributes}
            defaultValue={standInHost}
            maxLength={253}
            autocomplete="off"
            spellcheck={false}
          />
        )}
      </Field>
    </>
  );
}

interface FieldsProps {
  readonly failure: Failure | null;
}

function AwsFields({ region, failure }: FieldsProps & { readonly region: string }) {
  return (
    <>
      <Field name="region" label={said.region} hint={said.regionHint} failure={failure}>
        {(attributes) => (
          <input
            {...attributes}
            defaultValue={region}
            maxLength={253}
            autocomplete="off"
            spellcheck={false}
          />
        )}
      </Field>
      <Field name="profile" label={said.profile} failure={failure}>
        {(attributes) => (
          <input {...attributes} maxLength={253} autocomplete="off" spellcheck={false} />
        )}
      </Field>
    </>
  );
}

function FileFields({ failure }: FieldsProps) {
  return (
    <>
      <Field name="endpoint" label={said.endpoint} hint={said.endpointHint} failure={failure}>
        {(attributes) => (
          <input {...attributes} maxLength={253} autocomplete="off" spellcheck={false} />
        )}
      </Field>
      <Field name="port" label={said.port} failure={failure}>
        {(attributes) => (
          <input {...attributes} type="number" min={1} max={65535} defaultValue="8883" />
        )}
      </Field>
      {(["ca", "certificate", "key"] as const).map((name) => (
        <Field key={name} name={name} label={said[name]} failure={failure}>
          {(attributes) => <input {...attributes} type="file" />}
        </Field>
      ))}
    </>
  );
}
