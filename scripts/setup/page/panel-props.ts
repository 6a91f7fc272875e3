import type { SetupView } from "../view.ts";
import type { ProcessLink } from "./process-link.ts";

export interface PanelProps {
  readonly view: SetupView;
  readonly link: ProcessLink;
}
