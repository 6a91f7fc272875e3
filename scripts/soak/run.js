import { runCompiled } from "../compiled.js";

await runCompiled("soak/main");
