import type { PanelProps } from "./panel-props.ts";
import { BoardStep } from "./steps/board.tsx";
import { CertificateStep } from "./steps/certificate.tsx";
import { ConnectStep } from "./steps/connect.tsx";
import { FirmwareStep } from "./steps/firmware.tsx";
import { NameStep } from "./steps/name.tsx";
import { NetworkStep } from "./steps/network.tsx";
import { OpenStep } from "./steps/open.tsx";

/** What is to do in the current step. */
export function StepPanel(props: PanelProps) {
  switch (props.view.current) {
    case "board":
      return <BoardStep {...props} />;
    case "firmware":
      return <FirmwareStep {...props} />;
    case "name":
      return <NameStep {...props} />;
    case "network":
      return <NetworkStep {...props} />;
    case "certificate":
      return <CertificateStep {...props} />;
    case "connect":
      return <ConnectStep {...props} />;
    case "open":
      return <OpenStep {...props} />;
    case "end":
      return null;
  }
}
