import { useEffect, useRef } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { words } from "../../words/page.ts";
import type { Service } from "../io/service.ts";
import type { PageEvent, PageState } from "../model/state.ts";
import { Announcer } from "./announcer.tsx";
import { GatePage } from "./gate.tsx";
import { Empty } from "./loaded.tsx";
import { Mark } from "./mark.tsx";
import { Part } from "./part.tsx";
import { fragmentOf, type Route, useRoute } from "./route.ts";

/** Loaded when first needed, so that a phone at the gate loads only the gate's page. */
const parts = {
  signIn: () => import("./sign-in.tsx"),
  history: () => import("./history.tsx"),
  languages: () => import("./language-menu.tsx"),
  people: () => import("./people.tsx"),
  gates: () => import("./gates.tsx"),
};

interface AppProps {
  readonly state: PageState;
  readonly now: number;
  readonly dispatch: (event: PageEvent) => void;
  readonly service: Service;
  /** the token of an invitation link; null: none */
  readonly invitation: string | null;
  readonly onInvitationDone: () => void;
}

export function App({ state, now, dispatch, service, invitation, onInvitationDone }: AppProps) {
  const route = useRoute();
  const { session } = state;
  if (invitation !== null && session.type !== "loading" && session.type !== "unreachable") {
    return (
      <main id="content">
        <Part load={parts.signIn}>
          {({ Invitation }) => (
            <Invitation
              token={invitation}
              contact={session.view.contact}
              service={service}
              onLeave={onInvitationDone}
              onSession={(view) => {
                onInvitationDone();
                dispatch({ type: "session", view });
              }}
            />
          )}
        </Part>
      </main>
    );
  }
  if (session.type === "loading" || session.type === "unreachable") {
    return (
      <main id="content">
        <Empty sentence={session.type === "loading" ? words.loading : words.unreachable} />
      </main>
    );
  }
  if (session.type === "out") {
    return (
      <main id="content">
        <Part load={parts.signIn}>
          {({ SignIn }) => (
            <SignIn
              view={session.view}
              hasEnded={session.hasEnded}
              service={service}
              onSession={(view) => dispatch({ type: "session", view })}
            />
          )}
        </Part>
      </main>
    );
  }
  const { person } = session.view;
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
          <span class="who">{person.name}</span>
          <button type="button" class="quiet sign-out" onClick={signOut}>
            {words.signOut}
          </button>
          <Part load={parts.languages} isQuiet>
            {({ LanguageMenu }) => <LanguageMenu service={service} />}
          </Part>
        </div>
      </header>
      <Navigation page={route.page} person={person} />
      <main id="content" tabIndex={-1}>
        {route.page === "open" && <GatePage state={state} now={now} dispatch={dispatch} />}
        {route.page === "history" && (
          <Part key={route.page} load={parts.history}>
            {({ HistoryPage }) => <HistoryPage service={service} person={person} />}
          </Part>
        )}
        {route.page === "people" && person.isAdministrator && (
          <Part key={route.page} load={parts.people}>
            {({ PeoplePage }) => <PeoplePage service={service} id={route.id} />}
          </Part>
        )}
        {route.page === "gates" && person.isAdministrator && (
          <Part key={route.page} load={parts.gates}>
            {({ GatesPage }) => <GatesPage service={service} id={route.id} />}
          </Part>
        )}
      </main>
    </Announcer>
  );
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
  const entries: readonly Route[] = [
    { page: "open" },
    { page: "history" },
    ...(person.isAdministrator
      ? ([
          { page: "people", id: null },
          { page: "gates", id: null },
        ] as const)
      : []),
  ];
  return (
    <nav ref={nav} aria-label={words.nav.label}>
      {entries.map((to) => (
        <a
          key={to.page}
          href={fragmentOf(to)}
          {...(to.page === page && { "aria-current": "page" })}
        >
          {words.nav[to.page]}
        </a>
      ))}
    </nav>
  );
}

function focusContent(): void {
  document.getElementById("content")?.focus();
}
