import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { NorFlash } from "./nor-flash.ts";
import { type ChipModel, chipModels } from "./registers.ts";
import { RomLoader } from "./rom-loader.ts";
import { SlipDecoder } from "./slip.ts";

export const le = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32LE(value >>> 0, i * 4);
  });
  return bytes;
};

/** A command as SLIP, written independently of the loader. */
export function commandOf(command: number, data: Uint8Array, checksum = 0): Buffer {
  const packet = Buffer.concat([Buffer.from([0, command, data.length, data.length >> 8]), data]);
  const bytes = [...packet.subarray(0, 4), ...le(checksum), ...packet.subarray(4)];
  const escaped = bytes.flatMap((byte) =>
    byte === 0xc0 ? [0xdb, 0xdc] : byte === 0xdb ? [0xdb, 0xdd] : [byte],
  );
  return Buffer.from([0xc0, ...escaped, 0xc0]);
}

/** What an answer says: `data` is before the status, in hexadecimal. */
export interface Answer {
  readonly command: number;
  readonly value: number;
  readonly error: number;
  readonly data: string;
}

/** Drives a loader by commands. */
export class LoaderClient {
  readonly loader: RomLoader;
  readonly flash: NorFlash;
  readonly #decoder = new SlipDecoder(1_000);
  /** what came besides answers */
  readonly others: string[] = [];

  constructor(flash = new NorFlash(), chip: ChipModel = chipModels.esp32) {
    this.flash = flash;
    const mac = Uint8Array.of(0x24, 0x6f, 0x28, 1, 2, 3);
    this.loader = new RomLoader({ flash, chip, mac, baudRate: 115_200 });
  }

  /** All answers to one command. */
  ask(command: number, data: Uint8Array = Buffer.alloc(0), checksum = 0): Answer[] {
    return this.receive(commandOf(command, data, checksum));
  }

  receive(bytes: Uint8Array): Answer[] {
    return this.loader.receive(bytes).flatMap((effect) => {
      if (effect.type === "reply") return this.#decoder.receive(effect.bytes).map(readAnswer);
      this.others.push(effect.type === "baud-rate" ? `${effect.baudRate} Bd` : effect.type);
      return [];
    });
  }

  /** The error of a command that is answered once. */
  error(command: number, data?: Uint8Array, checksum?: number): number {
    const [answer, ...rest] = this.ask(command, data, checksum);
    assert.ok(answer !== undefined && rest.length === 0);
    assert.equal(answer.command, command);
    return answer.error;
  }

  attach(): void {
    assert.equal(this.error(0x0d, le(0, 0)), 0);
  }

  /** FLASH_DATA, or FLASH_DEFL_DATA */
  block(command: 0x03 | 0x11, sequence: number, block: Uint8Array): number {
    const checksum = block.reduce((sum, byte) => sum ^ byte, 0xef);
    const data = Buffer.concat([le(block.length, sequence, 0, 0), block]);
    return this.error(command, data, checksum);
  }

  /** Writes by FLASH_DEFL_BEGIN and its blocks. */
  writeCompressed(offset: number, bytes: Uint8Array, blockBytes = 0x400): void {
    const compressed = deflateSync(bytes);
    const blocks = Math.ceil(compressed.length / blockBytes);
    assert.equal(this.error(0x10, le(bytes.length, blocks, blockBytes, offset)), 0);
    for (let i = 0; i < blocks; i++) {
      const block = compressed.subarray(i * blockBytes, (i + 1) * blockBytes);
      assert.equal(this.block(0x11, i, block), 0, `block ${i}`);
    }
  }
}

function readAnswer(packet: Uint8Array): Answer {
  const bytes = Buffer.from(packet);
  assert.equal(bytes[0], 1);
  assert.equal(bytes.readUInt16LE(2), bytes.length - 8);
  const [status, error = -1] = bytes.subarray(-4);
  assert.equal(status, error === 0 ? 0 : 1);
  return {
    command: bytes[1] ?? -1,
    value: bytes.readUInt32LE(4),
    error,
    data: bytes.subarray(8, -4).toString("hex"),
  };
}
