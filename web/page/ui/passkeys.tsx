import { useMemo, useState } from "preact/hooks";
import type { OwnPasskeys, OwnPasskeyView, PersonSummary } from "../../api.ts";
import { longestPasskeyName } from "../../input-limits.ts";
import { signInWords } from "../../words/sign-in.ts";
import { OwnPasskeysService } from "../io/own-passkeys.ts";
import { areSupported } from "../io/passkey.ts";
import type { Answer, Service } from "../io/service.ts";
import { CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { useAnnounce } from "./announcer.tsx";
import { Field } from "./field.tsx";
import { useFocusWhen } from "./focus.ts";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { useLoaded, WhenLoaded } from "./loaded.tsx";
import { SignInAgain } from "./sign-in-again.tsx";
import { useTitle } from "./title.ts";

const said = signInWords.passkeys;

interface PasskeysPageProps {
  readonly service: Service;
  readonly person: PersonSummary;
}

/** The person's own passkeys. */
export function PasskeysPage({ service: common, person }: PasskeysPageProps) {
  useTitle(said.title);
  const service = useMemo(() => new OwnPasskeysService(common), [common]);
  const { loaded, reload } = useLoaded(() => service.list());
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(own) => (
        <AddingSection
          id="passkeys"
          title={said.title}
          isPage
          lead={said.lead}
          add={areSupported() ? said.add : null}
          added={said.added}
          onAdded={reload}
          form={(events) => (
            <AddPasskey service={service} common={common} person={person} {...events} />
          )}
        >
          {() =>
            own.passkeys.length === 0 ? (
              <p class="empty">{said.none}</p>
            ) : (
              <ul class="list card">
                {own.passkeys.map((passkey) => (
                  <PasskeyEntry
                    key={passkey.id}
                    passkey={passkey}
                    isOnlyWayIn={isOnlyWayIn(own, passkey)}
                    service={service}
                    reload={reload}
                  />
                ))}
              </ul>
            )
          }
        </AddingSection>
      )}
    </WhenLoaded>
  );
}

function isOnlyWayIn({ passkeys, hasOidc }: OwnPasskeys, { id }: OwnPasskeyView): boolean {
  return !hasOidc && !passkeys.some((other) => other.isUsable && other.id !== id);
}

interface PasskeyEntryProps {
  readonly passkey: OwnPasskeyView;
  readonly isOnlyWayIn: boolean;
  readonly service: OwnPasskeysService;
  readonly reload: () => Promise<void>;
}

function PasskeyEntry({ passkey, isOnlyWayIn, service, reload }: PasskeyEntryProps) {
  const { id, createdAt, lastUsedAt, isCurrent, isUsable } = passkey;
  const name = passkey.name === "" ? said.nameless : passkey.name;
  const announce = useAnnounce();
  const [isNaming, setNaming] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isNaming);
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{name}</strong>
        <span class="hint">
          {said.created(when(createdAt))} ·{" "}
          {lastUsedAt === null ? said.unused : said.lastUsed(when(lastUsedAt))}
        </span>
      </span>
      <span class="list-side">
        {isCurrent && <span class="badge">{said.current}</span>}
        {!isUsable && (
          <span class="badge" data-tone="unsure">
            {said.unusable}
          </span>
        )}
      </span>
      {isNaming ? (
        <Form
          submit={said.save}
          onCancel={() => setNaming(false)}
          onDone={async () => {
            await reload();
            setNaming(false);
            announce(said.renamed);
          }}
          read={(fields) => fields.line("name", longestPasskeyName)}
          send={(text) => service.rename(id, text)}
        >
          <Field label={said.name} name="name" hint={said.nameHint}>
            {(its) => <input required autoComplete="off" defaultValue={passkey.name} {...its} />}
          </Field>
        </Form>
      ) : (
        <div class="row wrap">
          <button
            ref={opener}
            type="button"
            aria-label={said.renameName(name)}
            onClick={() => setNaming(true)}
          >
            {said.rename}
          </button>
          <CarefulAction
            label={said.remove}
            name={said.removeName(name)}
            question={isOnlyWayIn ? said.sureRemoveLast(name) : said.sureRemove(name)}
            done={said.removed}
            kind="danger"
            onPress={() => service.remove(id, { evenIfOnlyWayIn: isOnlyWayIn })}
            onDone={reload}
          />
        </div>
      )}
    </li>
  );
}

interface AddPasskeyProps {
  readonly service: OwnPasskeysService;
  readonly common: Service;
  readonly person: PersonSummary;
  readonly onDone: (own: OwnPasskeys) => void;
  readonly onCancel: () => void;
}

function AddPasskey({ service, common, person, onDone, onCancel }: AddPasskeyProps) {
  const [isStale, setStale] = useState(false);
  async function send(name: string): Promise<Answer<OwnPasskeys>> {
    const answer = await service.add(name);
    if (answer.type === "cancelled") {
      const problem = { error: "cancelled", message: said.cancelled };
      return { type: "problem", status: 0, problem };
    }
    setStale(answer.type === "problem" && answer.problem.error === "sign-in-again");
    return answer;
  }
  return (
    <>
      <Form
        submit={said.create}
        onCancel={onCancel}
        onDone={onDone}
        read={(fields) => fields.line("name", longestPasskeyName)}
        send={send}
      >
        <Field label={said.name} name="name" hint={said.nameHint}>
          {(its) => <input required autoComplete="off" {...its} />}
        </Field>
      </Form>
      {isStale && <SignInAgain service={common} person={person} onDone={() => setStale(false)} />}
    </>
  );
}
