import { bridgeMakerOf, type ChosenPort, choosePort } from "../serial/choose-port.ts";
import { listPorts } from "../serial/list-ports.ts";
import { emulatorPortName } from "../serial/port-name.ts";
import { parseTcpAddress } from "../serial/tcp-address.ts";
import type { PortChoice } from "./view.ts";

/** Where the session gets ports from. */
export interface Ports {
  /** @throws UserError when they cannot be listed */
  list(): Promise<readonly PortChoice[]>;
  /** @throws UserError */
  choose(path: string): Promise<ChosenPort>;
}

/** The ports of this machine; boards come first, and before them the one that was named. */
export function systemPorts(asked: string | undefined): Ports {
  return {
    list: async () => {
      const listed = (await listPorts()).map(({ path, vendorId, name }) => {
        const maker = bridgeMakerOf(vendorId);
        return { path, name: name === "" ? (maker ?? "") : name, isLikely: maker !== undefined };
      });
      const others = listed.filter(({ path }) => path !== asked);
      const likelyFirst = others.sort((a, b) => Number(b.isLikely) - Number(a.isLikely));
      if (asked === undefined) return likelyFirst;
      const name =
        asked === emulatorPortName
          ? "ESP32 in QEMU"
          : parseTcpAddress(asked) === undefined
            ? ""
            : "TCP";
      const own = listed.find(({ path }) => path === asked);
      return [{ name, ...own, path: asked, isLikely: true }, ...likelyFirst];
    },
    choose: (path) => choosePort(path),
  };
}
