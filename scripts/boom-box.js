#!/usr/bin/env node
import { runCompiled } from "./compiled.js";

await runCompiled("boom-box");
