import { pathToFileURL } from "node:url";
import { compiled } from "../compiled.js";

process.setSourceMapsEnabled(true);
await import(pathToFileURL(`${await compiled()}/evidence/main.js`).href);
