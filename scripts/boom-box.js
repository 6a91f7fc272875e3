#!/usr/bin/env node
// The command runs the TypeScript sources directly: what is tested is what runs, no build to go stale.
import { register } from "tsx/esm/api";

register();
await import("./boom-box.ts");
