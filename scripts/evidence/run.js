import { runCompiled } from "../compiled.js";

await runCompiled("evidence/main");
