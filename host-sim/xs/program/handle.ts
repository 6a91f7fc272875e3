import { dispatch, type Handlers } from "../protocol.ts";

/**
 * Registers these handlers with xsnap. A script's error only carries its message, so the stack is
 * added to it, with positions in our own files from the source maps.
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
