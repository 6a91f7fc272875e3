import { pino } from "pino";
import type { Logger } from "../../web/service/log.ts";

/** What is kept while standard output takes nothing, in bytes. Later lines are lost. */
const keptBytes = 1 << 20;

/**
 * Logs JSON lines to standard output. When they cannot be written, for example because the disk is full,
 * the service goes on without them, and tries again with the next line.
 */
export function serviceLog(fileDescriptor = 1): Logger {
  const destination = pino.destination({ dest: fileDescriptor, sync: true, maxLength: keptBytes });
  destination.on("error", () => {});
  return pino({ base: null }, destination);
}
