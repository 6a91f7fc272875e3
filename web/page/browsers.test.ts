import { pageContract } from "./browsers.contract.ts";
import { browserKinds } from "./browsers.rig.ts";

for (const kind of browserKinds) pageContract(kind);
