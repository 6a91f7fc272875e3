import { useEffect, useState } from "preact/hooks";
import type { InvitationOptions, SessionView } from "../../api.ts";
import { words } from "../../words/page.ts";
import { signInWords } from "../../words/sign-in.ts";
import {
  areSupported,
  askInvitation,
  makePasskey,
  type PasskeyAnswer,
  signInByPasskey,
} from "../io/passkey.ts";
import { putLinkBack } from "../io/secret-link.ts";
import type { Service } from "../io/service.ts";
import { Help } from "./help.tsx";
import { LanguageMenu } from "./language-menu.tsx";
import { Mark } from "./mark.tsx";
import { useTitle } from "./title.ts";

interface SignInProps {
  readonly view: SessionView;
  readonly hasEnded: boolean;
  readonly service: Service;
  readonly onSession: (view: SessionView) => void;
}

export function SignIn({ view, hasEnded, service, onSession }: SignInProps) {
  const said = signInWords.page;
  useTitle(said.title);
  const { passkey, oidc } = view.methods;
  const [isWaiting, setWaiting] = useState(false);
  const [notice, setNotice] = useState("");
  const isStuck = view.isLockedOut || notice !== "";
  async function signIn(): Promise<void> {
    setWaiting(true);
    setNotice("");
    const answer = await signInByPasskey(service);
    setWaiting(false);
    if (answer.type === "ok") onSession(answer.value);
    else setNotice(noticeOf(answer, said.cancelled));
  }
  return (
    <section class="door">
      <Mark />
      <h1>{said.title}</h1>
      <p class="lead">{leadOf(view, hasEnded)}</p>
      <div role="status">
        <p class="notice">{notice}</p>
        {isStuck && <Help contact={view.contact} />}
      </div>
      {passkey && areSupported() && (
        <button type="button" class="primary wide" disabled={isWaiting} onClick={signIn}>
          {isWaiting ? said.waiting : said.passkey}
        </button>
      )}
      {passkey && !areSupported() && <p>{said.unsupported}</p>}
      {oidc !== null && (
        <a class="button wide" href={oidc.url}>
          {said.oidc(oidc.name)}
        </a>
      )}
      <p class="hint">{passkey ? said.help : oidc === null && said.none}</p>
      <LanguageMenu service={service} />
    </section>
  );
}

function leadOf({ isLockedOut }: SessionView, hasEnded: boolean): string {
  const said = signInWords.page;
  if (isLockedOut) return said.lockedOut;
  return hasEnded ? said.ended : said.lead;
}

interface InvitationProps {
  readonly contact: string | null;
  readonly token: string;
  readonly service: Service;
  readonly onSession: (view: SessionView) => void;
  readonly onLeave: () => void;
}

export function Invitation({ contact, token, service, onSession, onLeave }: InvitationProps) {
  const said = signInWords.invitation;
  const [invitation, setInvitation] = useState<InvitationOptions | null>(null);
  useTitle(said.page);
  const [notice, setNotice] = useState("");
  const [isWaiting, setWaiting] = useState(false);

  async function load(): Promise<void> {
    const answer = await askInvitation(service, token);
    if (answer.type === "ok") setInvitation(answer.value);
    else setNotice(answer.type === "problem" ? said.over : words.unreachable);
  }
  useEffect(() => {
    void load();
  }, [token]);

  async function make(options: InvitationOptions): Promise<void> {
    setWaiting(true);
    setNotice("");
    const answer = await makePasskey(service, token, options);
    setWaiting(false);
    if (answer.type === "ok") {
      onSession(answer.value);
      return;
    }
    setNotice(noticeOf(answer, said.cancelled));
    // A challenge can be used only once.
    await load();
  }
  return (
    <section class="door">
      <Mark />
      <h1>{invitation === null ? words.app : said.title(invitation.name)}</h1>
      {invitation !== null && <p class="lead">{said.lead}</p>}
      <div role="status">
        <p class="notice">{notice || (invitation === null && words.loading)}</p>
        {notice !== "" && <Help contact={contact} />}
      </div>
      {invitation !== null && areSupported() && (
        <button
          type="button"
          class="primary wide"
          disabled={isWaiting}
          onClick={() => make(invitation)}
        >
          {isWaiting ? signInWords.page.waiting : said.make}
        </button>
      )}
      {!areSupported() && <p>{signInWords.page.unsupported}</p>}
      <button type="button" class="quiet" onClick={onLeave}>
        {said.signIn}
      </button>
      <LanguageMenu service={service} onLeave={() => putLinkBack({ kind: "invitation", token })} />
    </section>
  );
}

function noticeOf(answer: Exclude<PasskeyAnswer, { type: "ok" }>, cancelled: string): string {
  if (answer.type === "cancelled") return cancelled;
  return answer.type === "problem" ? answer.problem.message : words.unreachable;
}
