import { runCompiled } from "../compiled.js";

await runCompiled("bench/main");
