import type { Duplex } from "node:stream";
import { ReadableStream, WritableStream } from "node:stream/web";
import type { PortError } from "./board-port.ts";

/** How many chunks may wait before the sender is slowed down. */
const waitingChunks = 64;

/**
 * Web streams over a Node stream. Both fail when it closes, because the owner of a port takes them away
 * before closing it.
 * @param lostError makes the error for the reader
 */
export function streamsOf(duplex: Duplex, lostError: (cause?: Error) => PortError) {
  let cause: Error | undefined;
  duplex.on("error", (error: Error) => {
    cause = error;
  });
  return { readable: readableOf(), writable: writableOf() };

  function readableOf(): ReadableStream<Uint8Array> {
    let isCancelled = false;
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          duplex.on("data", (bytes: Buffer) => {
            if (isCancelled) return;
            controller.enqueue(new Uint8Array(bytes));
            if ((controller.desiredSize ?? 0) <= 0) duplex.pause();
          });
          const fail = () => {
            if (isCancelled) return;
            isCancelled = true;
            controller.error(lostError(cause));
          };
          duplex.once("end", fail);
          duplex.once("close", fail);
        },
        pull() {
          duplex.resume();
        },
        cancel() {
          isCancelled = true;
        },
      },
      { highWaterMark: waitingChunks },
    );
  }

  function writableOf(): WritableStream<Uint8Array> {
    // A stream that closes during a write may never call back.
    let abandon: (error: PortError) => void = () => {};
    return new WritableStream<Uint8Array>({
      start(controller) {
        duplex.once("close", () => {
          const error = lostError(cause);
          controller.error(error);
          abandon(error);
        });
      },
      write(bytes) {
        return new Promise<void>((resolve, reject) => {
          abandon = reject;
          duplex.write(bytes, (error) => (error ? reject(lostError(error)) : resolve()));
        });
      },
    });
  }
}
