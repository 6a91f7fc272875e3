/** The page's composition root. */
import { render } from "preact";
import { App } from "./app.tsx";
import { ProcessLink } from "./process-link.ts";

const root = document.getElementById("app");
if (root === null) throw new Error("no element #app in the page");

const link: ProcessLink = new ProcessLink((state, view) =>
  render(<App link={link} state={state} view={view} />, root),
);
link.connect();
