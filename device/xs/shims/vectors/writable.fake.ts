import { EventEmitter } from "../events.ts";

type Chunk = Uint8Array | string;

/** The part of a stream that mqtt-packet's tests use: it can be corked. */
class Stream extends EventEmitter {
  _write: (chunk: Chunk, encoding: string, done: () => void) => void = (_chunk, _encoding, done) =>
    done();
  #held: Chunk[] | undefined;

  write(chunk: Chunk): boolean {
    if (this.#held === undefined) this._write(chunk, "utf8", () => {});
    else this.#held.push(chunk);
    return true;
  }

  cork(): void {
    this.#held ??= [];
  }

  uncork(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const chunk of held) this.write(chunk);
  }

  end(): void {}

  destroy(error: Error): void {
    this.emit("error", error);
  }
}

/** Called without `new`. */
export function Writable(): Stream {
  return new Stream();
}
