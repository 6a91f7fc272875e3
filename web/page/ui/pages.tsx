import { useMemo } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { Administration } from "../io/administration.ts";
import type { Service } from "../io/service.ts";
import { Part } from "./part.tsx";
import type { Route } from "./route.ts";

const parts = {
  history: () => import("./history.tsx"),
  people: () => import("./people.tsx"),
  gates: () => import("./gates.tsx"),
  guests: () => import("./guests.tsx"),
  holidays: () => import("./holidays.tsx"),
  changes: () => import("./changes.tsx"),
  passkeys: () => import("./passkeys.tsx"),
  webhooks: () => import("./webhooks.tsx"),
  access: () => import("./many-grants.tsx"),
};

interface PagesProps {
  readonly route: Route;
  readonly person: PersonSummary;
  readonly service: Service;
}

/** Every page but the first. */
export function Pages({ route, person, service }: PagesProps) {
  const administration = useMemo(() => new Administration(service), [service]);
  if (route.page === "history") {
    return (
      <Part key={route.page} load={parts.history}>
        {({ HistoryPage }) => (
          <HistoryPage service={service} administration={administration} person={person} />
        )}
      </Part>
    );
  }
  if (route.page === "passkeys") {
    return (
      <Part key={route.page} load={parts.passkeys}>
        {({ PasskeysPage }) => <PasskeysPage service={service} person={person} />}
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
          {({ PeoplePage }) => <PeoplePage service={administration} id={route.id} />}
        </Part>
      );
    case "gates":
      return (
        <Part key={route.page} load={parts.gates}>
          {({ GatesPage }) => <GatesPage service={administration} id={route.id} />}
        </Part>
      );
    case "guests":
      return (
        <Part key={route.page} load={parts.guests}>
          {({ GuestsPage }) => (
            <GuestsPage key={route.id} service={administration} gateId={route.id} />
          )}
        </Part>
      );
    case "access":
      return (
        <Part key={route.page} load={parts.access}>
          {({ ManyGrantsPage }) => (
            <ManyGrantsPage key={route.id} service={administration} gateId={route.id} />
          )}
        </Part>
      );
    case "webhooks":
      return (
        <Part key={route.page} load={parts.webhooks}>
          {({ WebhooksPage }) => <WebhooksPage service={administration} />}
        </Part>
      );
    case "changes":
      return (
        <Part key={route.page} load={parts.changes}>
          {({ ChangesPage }) => (
            <ChangesPage key={route.id} service={administration} personId={route.id} />
          )}
        </Part>
      );
    case "holidays":
      return (
        <Part key={route.page} load={parts.holidays}>
          {({ HolidaysPage }) => <HolidaysPage service={administration} />}
        </Part>
      );
  }
}
