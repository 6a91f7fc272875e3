import { useEffect, useState } from "preact/hooks";
import type { GuestLinkBody, SessionView } from "../../api.ts";
import { words } from "../../words/page.ts";
import { signInWords } from "../../words/sign-in.ts";
import { putLinkBack } from "../io/secret-link.ts";
import type { Service } from "../io/service.ts";
import { Help } from "./help.tsx";
import { LanguageMenu } from "./language-menu.tsx";
import { messageOf } from "./loaded.tsx";
import { Mark } from "./mark.tsx";
import { useTitle } from "./title.ts";

const said = signInWords.guest;

interface GuestLinkProps {
  readonly token: string;
  readonly view: SessionView;
  readonly service: Service;
  readonly onSession: (view: SessionView) => void;
  readonly onLeave: () => void;
}

/** Exchanges the token of the link for a session. It asks first when that signs somebody out. */
export function GuestLink({ token, view, service, onSession, onLeave }: GuestLinkProps) {
  useTitle(said.page);
  const { person, contact } = view;
  const [notice, setNotice] = useState("");
  const [isOver, setOver] = useState(false);
  async function enter(): Promise<void> {
    setNotice("");
    const answer = await service.enter("/api/guest", { token } satisfies GuestLinkBody);
    if (answer.type === "ok") onSession(answer.value);
    else if (answer.type === "problem" && [400, 404].includes(answer.status)) setOver(true);
    else setNotice(messageOf(answer));
  }
  useEffect(() => {
    if (person === null) void enter();
  }, []);
  const keepLink = () => putLinkBack({ kind: "guest", token });
  if (isOver) {
    return <GuestOver contact={contact} service={service} onLeave={onLeave} onReload={keepLink} />;
  }
  return (
    <section class="door">
      <Mark />
      <h1>{words.app}</h1>
      {person !== null && <p class="lead">{said.replaces(person.name)}</p>}
      <div role="status">
        <p class="notice">{notice || (person === null && words.loading)}</p>
        {notice !== "" && <Help contact={contact} />}
      </div>
      {(person !== null || notice !== "") && (
        <button type="button" class="primary wide" onClick={enter}>
          {person === null ? words.tryAgain : said.use}
        </button>
      )}
      {person !== null && (
        <button type="button" class="wide" onClick={onLeave}>
          {said.stay}
        </button>
      )}
      <LanguageMenu service={service} onLeave={keepLink} />
    </section>
  );
}

interface GuestOverProps {
  readonly contact: string | null;
  readonly service: Service;
  readonly onLeave: () => void;
  /** called before the page loads again in another language */
  readonly onReload?: () => void;
}

/** The link has ended, was revoked, or never existed. */
export function GuestOver({ contact, service, onLeave, onReload }: GuestOverProps) {
  useTitle(said.page);
  return (
    <section class="door">
      <Mark />
      <h1>{said.page}</h1>
      <div role="status">
        <p class="notice">{said.over}</p>
        <Help contact={contact} />
      </div>
      <button type="button" class="quiet" onClick={onLeave}>
        {said.signIn}
      </button>
      <LanguageMenu service={service} {...(onReload && { onLeave: onReload })} />
    </section>
  );
}
