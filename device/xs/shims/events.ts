type Listener = (...values: never[]) => void;

/**
 * As much of Node's EventEmitter as mqtt-packet uses. Listeners live in a private field: the npm
 * package keeps them in a property that its prototype has too, where XS has made it read-only.
 */
export class EventEmitter {
  /** made on demand: every packet that is generated makes an emitter that has none */
  #listeners: Record<string, Listener[]> | undefined;

  on(event: string, listener: Listener): this {
    this.#listeners ??= {};
    const listeners = this.#listeners[event];
    if (listeners === undefined) this.#listeners[event] = [listener];
    else listeners.push(listener);
    return this;
  }

  /**
   * @returns whether anybody listens
   * @throws the error of an `error` event that nobody listens to
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
