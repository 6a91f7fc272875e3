import { useEffect, useState } from "preact/hooks";
import type { AdminGateView, NewTokenView, PersonView, TokenView } from "../../api.ts";
import { longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { Field } from "./field.tsx";
import { when } from "./format.ts";
import { endIn, HoursForm, hoursOf, timesIn } from "./hours.tsx";
import { OnceLink } from "./once-link.tsx";

const said = administration.tokens;

interface TokensProps {
  readonly person: PersonView;
  readonly known: KnownGates;
  readonly service: Administration;
}

/** The programs that open gates in the name of one person. */
export function Tokens({ person, known, service }: TokensProps) {
  const [gates, setGates] = useState(known.gates);
  const [tokens, setTokens] = useState<readonly TokenView[] | null>(null);
  const [created, setCreated] = useState<NewTokenView | null>(null);
  const load = async () => {
    const answer = await service.tokens(person.id);
    if (answer.type !== "ok") return;
    const theirs = await service.knownGates(answer.value.map(({ gate }) => gate));
    if (theirs.type === "ok") setGates(theirs.value.gates);
    setTokens(answer.value);
  };
  useEffect(() => void load(), [person.id]);
  if (tokens === null) return null;
  return (
    <AddingSection<NewTokenView>
      id="programs"
      title={said.title}
      lead={said.lead(person.name)}
      add={known.gates.length > 0 ? said.add : null}
      added={said.added}
      onAdded={async (token) => {
        await load();
        setCreated(token);
      }}
      form={(events) => <AddToken person={person} known={known} service={service} {...events} />}
    >
      {() => (
        <>
          <div aria-live="polite">
            {created !== null && (
              <OnceLink
                label={said.secret}
                lead={said.secretLead(created.name)}
                text={created.secret}
                onDone={() => setCreated(null)}
              />
            )}
          </div>
          {tokens.length > 0 && (
            <ul class="list card">
              {tokens.map((token) => (
                <TokenEntry
                  key={token.id}
                  token={token}
                  gate={gates.find(({ id }) => id === token.gate)}
                  service={service}
                  reload={load}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </AddingSection>
  );
}

interface TokenEntryProps {
  readonly token: TokenView;
  readonly gate: AdminGateView | undefined;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function TokenEntry({ token, gate, service, reload }: TokenEntryProps) {
  const { id, name, lastUsedAt } = token;
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{name}</strong>
        <span>
          {gate?.name ?? token.gate} · {hoursOf(token, gate?.timeZone ?? "UTC")} ·{" "}
          {lastUsedAt === null ? said.unused : said.lastUsed(when(lastUsedAt))}
        </span>
      </span>
      <CarefulAction
        label={said.revoke}
        name={said.revokeName(name)}
        question={said.sureRevoke(name)}
        done={said.revoked}
        kind="danger"
        onPress={() => service.revokeToken(id)}
        onDone={reload}
      />
    </li>
  );
}

interface AddTokenProps extends TokensProps {
  readonly onDone: (token: NewTokenView) => void;
  readonly onCancel: () => void;
}

function AddToken({ person, known, service, onDone, onCancel }: AddTokenProps) {
  return (
    <HoursForm
      known={known}
      service={service}
      hours={null}
      submit={said.add}
      before={
        <Field label={said.name} name="name" hint={said.nameHint}>
          {(its) => <input required maxLength={longestPersonName} {...its} />}
        </Field>
      }
      read={(fields, { id: gate, timeZone }) => ({
        name: fields.line("name", longestPersonName),
        person: person.id,
        gate,
        ...timesIn(fields),
        endsAt: endIn(fields, timeZone, null),
      })}
      send={service.addToken}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
