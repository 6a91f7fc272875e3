import { useState } from "preact/hooks";
import type { SecretLink } from "../io/secret-link.ts";
import type { Service } from "../io/service.ts";
import type { PageEvent, Session } from "../model/state.ts";
import { Part } from "./part.tsx";

const parts = {
  signIn: () => import("./sign-in.tsx"),
  guestLink: () => import("./guest-link.tsx"),
};

interface DoorProps {
  readonly dispatch: (event: PageEvent) => void;
  readonly service: Service;
  readonly link: SecretLink | null;
  readonly onLinkDone: () => void;
  readonly session: Extract<Session, { type: "in" | "out" }>;
}

/** What somebody sees who is not in yet, or who has opened a link. */
export function Door({ dispatch, service, link, onLinkDone, session }: DoorProps) {
  const [wantsSignIn, setWantsSignIn] = useState(false);
  const { view } = session;
  const enter = (entered: typeof view) => {
    onLinkDone();
    dispatch({ type: "session", view: entered });
  };
  const { contact } = view;
  if (link?.kind === "invitation") {
    return (
      <Part key="invitation" load={parts.signIn}>
        {({ Invitation }) => (
          <Invitation
            token={link.token}
            contact={contact}
            service={service}
            onLeave={onLinkDone}
            onSession={enter}
          />
        )}
      </Part>
    );
  }
  if (link !== null) {
    return (
      <Part key="guest" load={parts.guestLink}>
        {({ GuestLink }) => (
          <GuestLink
            key={link.token}
            token={link.token}
            view={view}
            service={service}
            onLeave={onLinkDone}
            onSession={enter}
          />
        )}
      </Part>
    );
  }
  if (view.isGuestOver && !wantsSignIn) {
    return (
      <Part key="guest-over" load={parts.guestLink}>
        {({ GuestOver }) => (
          <GuestOver contact={contact} service={service} onLeave={() => setWantsSignIn(true)} />
        )}
      </Part>
    );
  }
  return (
    <Part key="sign-in" load={parts.signIn}>
      {({ SignIn }) => (
        <SignIn
          view={view}
          hasEnded={session.type === "out" && session.hasEnded}
          service={service}
          onSession={enter}
        />
      )}
    </Part>
  );
}
