import { useEffect, useState } from "preact/hooks";
import type { AdminGateView, NewTokenView, PersonView, TokenView } from "../../api.ts";
import { longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { AdministrationService } from "../io/administration-service.ts";
import { CarefulAction } from "./action.tsx";
import { useAnnounce } from "./announcer.tsx";
import { Field } from "./field.tsx";
import { useFocusWhen } from "./focus.ts";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { GateField, grantOf, HoursFields, hoursOf } from "./grants.tsx";
import { OnceLink } from "./once-link.tsx";

const said = administration.tokens;

interface TokensProps {
  readonly person: PersonView;
  readonly gates: readonly AdminGateView[];
  readonly service: AdministrationService;
}

/** The programs that open gates in the name of one person. */
export function Tokens({ person, gates, service }: TokensProps) {
  const [tokens, setTokens] = useState<readonly TokenView[] | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<NewTokenView | null>(null);
  const opener = useFocusWhen<HTMLButtonElement>(!isAdding);
  const announce = useAnnounce();
  const load = async () => {
    const answer = await service.tokens(person.id);
    if (answer.type === "ok") setTokens(answer.value);
  };
  useEffect(() => void load(), [person.id]);
  if (tokens === null) return null;
  return (
    <section class="part" aria-labelledby="programs">
      <div class="page-head">
        <h2 id="programs">{said.title}</h2>
        {!isAdding && gates.length > 0 && (
          <button ref={opener} type="button" onClick={() => setAdding(true)}>
            {said.add}
          </button>
        )}
      </div>
      <p class="lead">{said.lead(person.name)}</p>
      {isAdding && (
        <AddToken
          person={person}
          gates={gates}
          service={service}
          onCancel={() => setAdding(false)}
          onDone={async (token) => {
            await load();
            setAdding(false);
            setCreated(token);
            announce(said.added);
          }}
        />
      )}
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
          {tokens.map((token) => {
            const gate = gates.find(({ id }) => id === token.gate);
            return (
              <li key={token.id} class="list-entry">
                <span class="list-main">
                  <strong>{token.name}</strong>
                  <span>
                    {gate?.name ?? token.gate} · {hoursOf(token, gate?.timeZone ?? "UTC")} ·{" "}
                    {token.lastUsedAt === null
                      ? said.unused
                      : said.lastUsed(when(token.lastUsedAt))}
                  </span>
                </span>
                <CarefulAction
                  label={said.revoke}
                  name={said.revokeName(token.name)}
                  question={said.sureRevoke(token.name)}
                  done={said.revoked}
                  kind="danger"
                  onPress={() => service.revokeToken(token.id)}
                  onDone={load}
                />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

interface AddTokenProps extends TokensProps {
  readonly onDone: (token: NewTokenView) => void;
  readonly onCancel: () => void;
}

function AddToken({ person, gates, service, onDone, onCancel }: AddTokenProps) {
  const [gateId, setGateId] = useState(gates[0]?.id ?? "");
  const timeZone = gates.find(({ id }) => id === gateId)?.timeZone ?? "UTC";
  return (
    <Form
      submit={said.add}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        name: fields.line("name", longestPersonName),
        ...grantOf(fields, person.id, timeZone),
      })}
      send={service.addToken}
    >
      <Field label={said.name} name="name" hint={said.nameHint}>
        {(its) => <input required maxLength={longestPersonName} {...its} />}
      </Field>
      <GateField gates={gates} gateId={gateId} onChange={setGateId} />
      <HoursFields timeZone={timeZone} />
    </Form>
  );
}
