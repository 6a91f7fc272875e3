import Timer from "timer";

/** `embedded:network/interface/…` on a desktop, which is already on a network. */
export default class Interface {
  readonly #onChanged: ((property: string) => void) | undefined;
  #connection = 200;
  #pending: object | undefined;

  constructor({ onChanged }: { onChanged?: (property: string) => void }) {
    this.#onChanged = onChanged;
  }

  get connection(): number {
    return this.#connection;
  }

  get address(): string | undefined {
    return this.#connection === 500 ? "127.0.0.1" : undefined;
  }

  get RSSI(): undefined {
    return undefined;
  }

  connect(): void {
    this.#connection = 300;
    this.#pending = Timer.set(() => {
      this.#pending = undefined;
      this.#connection = 500;
      this.#onChanged?.("connection");
    }, 1);
  }

  disconnect(): void {
    Timer.clear(this.#pending);
    this.#pending = undefined;
    this.#connection = 200;
  }
}
