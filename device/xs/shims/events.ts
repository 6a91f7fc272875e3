type Listener = (...values: never[]) => void;

/**
 * The part of Node's EventEmitter that mqtt-packet uses. Listeners are in a private field: the npm
 * package uses a property that its prototype also has, which XS has made read-only.
 */
export class EventEmitter {
  /** created on demand: every generated packet creates an emitter without listeners */
  #listeners: Record<string, Listener[]> | undefined;

  on(event: string, listener: Listener): this {
    this.#listeners ??= {};
    const listeners = this.#listeners[event];
    if (listeners === undefined) this.#listeners[event] = [listener];
    else listeners.push(listener);
    return this;
  }

  /**
   * @returns whether there is a listener
   * @throws the error of an `error` event without a listener
   */
  emit(event: string, ...values: unknown[]): boolean {
    const listeners = this.#listeners?.[event];
    if (listeners === undefined) {
      if (event === "error") throw values[0];
      return false;
    }
    for (const listener of listeners) Reflect.apply(listener, this, values);
    return true;
  }
}
