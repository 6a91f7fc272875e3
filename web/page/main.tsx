/** The page's composition root. */
import { render } from "preact";
import { Driver } from "./io/driver.ts";
import { takeLink } from "./io/secret-link.ts";
import type { PageState } from "./model/state.ts";
import { App } from "./ui/app.tsx";

const root = document.getElementById("app");
if (root === null) throw new Error("no element #app in the page");

// Nothing that has the focus goes away so soon, and a phone opens the gate without it.
void import("./ui/focus.ts").then(
  ({ keepFocus }) => keepFocus(root),
  () => undefined,
);
let link = takeLink();
let driver: Driver | undefined;
let last: { readonly state: PageState; readonly now: number } | undefined;

driver = new Driver((state, now) => {
  last = { state, now };
  show();
});
show();

document.addEventListener("visibilitychange", () =>
  driver?.dispatch({ type: document.visibilityState === "visible" ? "visible" : "hidden" }),
);
addEventListener("online", () => driver?.dispatch({ type: "visible" }));
// The stream may not notice for a while that the network is gone.
addEventListener("offline", () =>
  driver?.dispatch({ type: "stream-ended", random: Math.random() }),
);
addEventListener("pageshow", (event) => {
  if (event.persisted) driver?.dispatch({ type: "visible" });
});
addEventListener("hashchange", () => {
  link = takeLink() ?? link;
  show();
});

function show(): void {
  if (driver === undefined || last === undefined || root === null) return;
  render(
    <App
      {...last}
      dispatch={driver.dispatch}
      service={driver.service}
      link={link}
      onLinkDone={() => {
        link = null;
        show();
      }}
    />,
    root,
  );
}
