import { dispatch, type Handlers } from "../protocol.ts";

/**
 * Has xsnap call these handlers. A script's error is told by its words alone: the stack goes with it,
 * in our own files' lines by the source maps.
 */
export function handleMessages<T>(handlers: Handlers<T>): void {
  const handleCommand = (message: ArrayBuffer): ArrayBuffer => {
    try {
      return dispatch(handlers, new Uint8Array(message)).buffer as ArrayBuffer;
    } catch (error) {
      throw error instanceof Error ? `${error}\n${error.stack}` : error;
    }
  };
  Object.assign(globalThis, { handleCommand });
}
