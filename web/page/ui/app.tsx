import { useEffect, useRef, useState } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { words } from "../../words/page.ts";
import type { Service } from "../io/service.ts";
import type { PageEvent, PageState, Session } from "../model/state.ts";
import { Announcer } from "./announcer.tsx";
import { GatePage } from "./gate.tsx";
import { Empty } from "./loaded.tsx";
import { Mark } from "./mark.tsx";
import { Part } from "./part.tsx";
import { fragmentOf, type Route, useRoute } from "./route.ts";

/** Loaded when first needed, so that a phone at the gate loads only the gate's page. */
const parts = {
  signIn: () => import("./sign-in.tsx"),
  guestLink: () => import("./guest-link.tsx"),
  history: () => import("./history.tsx"),
  people: () => import("./people.tsx"),
  gates: () => import("./gates.tsx"),
  guests: () => import("./guests.tsx"),
  holidays: () => import("./holidays.tsx"),
  access: () => import("./many-grants.tsx"),
};

/** A link with a token, which somebody has opened. */
export interface SecretLink {
  readonly kind: "invitation" | "guest";
  readonly token: string;
}

interface AppProps {
  readonly state: PageState;
  readonly now: number;
  readonly dispatch: (event: PageEvent) => void;
  readonly service: Service;
  readonly link: SecretLink | null;
  readonly onLinkDone: () => void;
}

export function App(props: AppProps) {
  const { state, now, dispatch, service, link } = props;
  const route = useRoute();
  const { session } = state;
  if (session.type === "loading" || session.type === "unreachable") {
    return (
      <main id="content">
        <Empty sentence={session.type === "loading" ? words.loading : words.unreachable} />
      </main>
    );
  }
  if (session.type === "out" || link !== null) {
    return (
      <main id="content">
        <Door {...props} session={session} />
      </main>
    );
  }
  const { who } = session;
  async function signOut(): Promise<void> {
    await service.signOut();
    dispatch({ type: "left" });
  }
  return (
    <Announcer>
      <button type="button" class="skip" onClick={focusContent}>
        {words.skip}
      </button>
      <header>
        <a class="brand" href="#/">
          <Mark />
          {words.app}
        </a>
        <div class="account">
          <span class="who">{who.type === "person" ? who.person.name : who.guest.name}</span>
          <button type="button" class="quiet sign-out" onClick={signOut}>
            {words.signOut}
          </button>
        </div>
      </header>
      {who.type === "person" && <Navigation page={route.page} person={who.person} />}
      <main id="content" tabIndex={-1}>
        {(route.page === "open" || who.type === "guest") && (
          <GatePage state={state} now={now} dispatch={dispatch} />
        )}
        {who.type === "person" && <Pages route={route} person={who.person} service={service} />}
      </main>
    </Announcer>
  );
}

interface DoorProps extends AppProps {
  readonly session: Extract<Session, { type: "in" | "out" }>;
}

/** What somebody sees who is not in yet, or who has opened a link. */
function Door({ dispatch, service, link, onLinkDone, session }: DoorProps) {
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
        {({ GuestOver }) => <GuestOver contact={contact} onLeave={() => setWantsSignIn(true)} />}
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

interface PagesProps {
  readonly route: Route;
  readonly person: PersonSummary;
  readonly service: Service;
}

/** Every page but the first. */
function Pages({ route, person, service }: PagesProps) {
  if (route.page === "history") {
    return (
      <Part key={route.page} load={parts.history}>
        {({ HistoryPage }) => <HistoryPage service={service} person={person} />}
      </Part>
    );
  }
  if (!person.isAdministrator) return null;
  switch (route.page) {
    case "open":
      return null;
    case "people":
      return (
        <Part key={route.page} load={parts.people}>
          {({ PeoplePage }) => <PeoplePage service={service} id={route.id} />}
        </Part>
      );
    case "gates":
      return (
        <Part key={route.page} load={parts.gates}>
          {({ GatesPage }) => <GatesPage service={service} id={route.id} />}
        </Part>
      );
    case "guests":
      return (
        <Part key={route.page} load={parts.guests}>
          {({ GuestsPage }) => <GuestsPage key={route.id} service={service} gateId={route.id} />}
        </Part>
      );
    case "access":
      return (
        <Part key={route.page} load={parts.access}>
          {({ ManyGrantsPage }) => (
            <ManyGrantsPage key={route.id} service={service} gateId={route.id} />
          )}
        </Part>
      );
    case "holidays":
      return (
        <Part key={route.page} load={parts.holidays}>
          {({ HolidaysPage }) => <HolidaysPage service={service} />}
        </Part>
      );
  }
}

interface NavigationProps {
  readonly page: Route["page"];
  readonly person: PersonSummary;
}

function Navigation({ page, person }: NavigationProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // The control sits on top of the navigation, which is higher when its text is large.
    const observer = new ResizeObserver(() => {
      const height = `${nav.current?.offsetHeight ?? 0}px`;
      document.documentElement.style.setProperty("--nav", height);
    });
    if (nav.current !== null) observer.observe(nav.current);
    return () => observer.disconnect();
  }, []);
  const entries = person.isAdministrator
    ? (["open", "history", "people", "gates", "guests"] as const)
    : (["open", "history"] as const);
  return (
    <nav ref={nav} aria-label={words.nav.label}>
      {entries.map((to) => (
        <a key={to} href={fragmentOf(listOf(to))} {...(to === page && { "aria-current": "page" })}>
          {words.nav[to]}
        </a>
      ))}
    </nav>
  );
}

function listOf(page: "open" | "history" | "people" | "gates" | "guests"): Route {
  return page === "open" || page === "history" ? { page } : { page, id: null };
}

function focusContent(): void {
  document.getElementById("content")?.focus();
}
