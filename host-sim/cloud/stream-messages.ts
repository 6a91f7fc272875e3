import type { PathAnswer } from "./job-messages.ts";
import {
  type Fields,
  isStreamFormat,
  readFields,
  type StreamFormat,
  writeFields,
} from "./stream-format.ts";
import { isStreamId, type Stream, type Streams, streamLimits } from "./streams.ts";

/** AWS's error codes (developer guide, "Handling errors from MQTT-based file delivery"). */
type RejectionCode =
  | "InvalidTopic"
  | "InvalidJson"
  | "InvalidCbor"
  | "InvalidRequest"
  | "BlockSizeOutOfBounds"
  | "OffsetOutOfBounds"
  | "BlockCountLimitExceeded"
  | "BlockBitmapLimitExceeded"
  | "ResourceNotFound"
  | "VersionMismatch"
  | "InternalError";

class Rejection {
  readonly code: RejectionCode;
  readonly message: string;

  constructor(code: RejectionCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** The blocks of one file that a request is answered with. */
interface BlockPlan {
  readonly fileId: number;
  readonly blockBytes: number;
  readonly blockIds: readonly number[];
}

/**
 * AWS's MQTT-based file delivery for devices: DescribeStream and GetStream, in CBOR and JSON
 * (developer guide, "Using AWS IoT MQTT-based file delivery in devices"). Everything in a request
 * is untrusted.
 *
 * Blocks beyond the end of the file are an `InvalidRequest`, as in AWS's answer "out of the range of
 * data available". One request is answered with at most 128 KB; the rest has to be asked for again.
 */
export class StreamMessages {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** `path`: what follows the root of a thing. Undefined: it is none of the operations. */
  answer(path: string, payload: Uint8Array): Promise<readonly PathAnswer[]> | undefined {
    const [service, streamId = "", operation, format, ...rest] = path.split("/");
    if (service !== "streams" || !isStreamFormat(format) || rest.length > 0) return undefined;
    if (operation === "describe") return this.#answer(streamId, format, payload, describe);
    if (operation === "get") return this.#answer(streamId, format, payload, getBlocks);
    return undefined;
  }

  async #answer(
    streamId: string,
    format: StreamFormat,
    payload: Uint8Array,
    operation: Operation,
  ): Promise<readonly PathAnswer[]> {
    const fields = readFields(format, payload);
    const token = fields instanceof Map ? tokenOf(fields) : undefined;
    const outcome = this.#checked(streamId, format, fields);
    const answered = outcome instanceof Rejection ? outcome : await operation(...outcome);
    const pathOf = (kind: string) => `streams/${streamId}/${kind}/${format}`;
    if (!(answered instanceof Rejection)) {
      return answered.map(({ kind, ...answer }) => ({
        path: pathOf(kind),
        payload: writeFields(format, { c: token, ...answer }),
      }));
    }
    const { code, message } = answered;
    return [
      { path: pathOf("rejected"), payload: writeFields(format, { o: code, m: message, c: token }) },
    ];
  }

  #checked(
    streamId: string,
    format: StreamFormat,
    fields: ReturnType<typeof readFields>,
  ): readonly [Stream, Fields] | Rejection {
    if (!isStreamId(streamId)) return new Rejection("InvalidTopic", "The stream id is invalid");
    if (fields === "malformed") {
      const code = format === "cbor" ? "InvalidCbor" : "InvalidJson";
      return new Rejection(code, "The request cannot be read");
    }
    if (fields === "no-object") return new Rejection("InvalidRequest", "The request has no fields");
    if (fields.has("c") && tokenOf(fields) === undefined) {
      return new Rejection("InvalidRequest", "The client token is invalid");
    }
    const stream = this.#streams.describe(streamId);
    if (stream === undefined) return new Rejection("ResourceNotFound", "There is no such stream");
    return [stream, fields];
  }
}

type Operation = (
  stream: Stream,
  fields: Fields,
) => Promise<readonly ({ readonly kind: string } & Record<string, unknown>)[] | Rejection>;

const describe: Operation = async ({ version, description, files }) => [
  {
    kind: "description",
    s: version,
    d: description,
    r: [...files].map(([f, { size }]) => ({ f, z: size })),
  },
];

const getBlocks: Operation = async (stream, fields) => {
  const plan = planOf(stream, fields);
  if (plan instanceof Rejection) return plan;
  const { fileId, blockBytes, blockIds } = plan;
  const file = stream.files.get(fileId);
  if (file === undefined) throw new Error(`no file ${fileId}`);
  const answers: { kind: string; f: number; l: number; i: number; p: Uint8Array }[] = [];
  for (const i of blockIds) {
    const offset = i * blockBytes;
    const length = Math.min(blockBytes, file.size - offset);
    try {
      const p = await file.read(offset, length);
      if (p.length !== length) return new Rejection("InternalError", "The file is too short");
      answers.push({ kind: "data", f: fileId, l: length, i, p });
    } catch {
      return new Rejection("InternalError", "The file cannot be read");
    }
  }
  return answers;
};

function planOf({ version, files }: Stream, fields: Fields): BlockPlan | Rejection {
  const { blockBytesMin, blockBytesMax, blocks, answerBytes, lastFileId } = streamLimits;
  const [s, f, l] = [fields.get("s"), fields.get("f"), fields.get("l")];
  const o = fields.get("o") ?? 0;
  if (s !== undefined && !isInteger(s)) return new Rejection("InvalidRequest", "s is invalid");
  if (s !== undefined && s !== version) {
    return new Rejection("VersionMismatch", `The version is ${version}`);
  }
  if (!isInteger(f) || f > lastFileId) {
    return new Rejection("InvalidRequest", "f is missing or invalid");
  }
  if (!isInteger(l)) return new Rejection("InvalidRequest", "l is missing or invalid");
  if (l < blockBytesMin || l > blockBytesMax) {
    return new Rejection("BlockSizeOutOfBounds", "The block size is out of bounds");
  }
  if (!isInteger(o)) return new Rejection("InvalidRequest", "o is invalid");
  if (o > blocks) return new Rejection("OffsetOutOfBounds", "The offset is out of bounds");
  const file = files.get(f);
  if (file === undefined) return new Rejection("ResourceNotFound", "There is no such file");
  const most = Math.floor(answerBytes / l);
  const wanted = wantedBlocks(fields, o, most);
  if (wanted instanceof Rejection) return wanted;
  if (wanted.length === 0) return new Rejection("InvalidRequest", "No block is asked for");
  if (wanted.some((id) => id * l >= file.size)) {
    return new Rejection("InvalidRequest", "Out of the range of data available");
  }
  return { fileId: f, blockBytes: l, blockIds: wanted.slice(0, most) };
}

/** `n` blocks from `o` on, or those of the bitmap `b`, of which `n` are the most. */
function wantedBlocks(fields: Fields, o: number, byDefault: number): readonly number[] | Rejection {
  const n = fields.get("n") ?? byDefault;
  if (!isInteger(n)) return new Rejection("InvalidRequest", "n is invalid");
  if (n > streamLimits.blocks) {
    return new Rejection("BlockCountLimitExceeded", "The number of blocks is out of bounds");
  }
  const b = fields.get("b");
  if (b === undefined) return Array.from({ length: n }, (_none, index) => o + index);
  const bitmap = bitmapOf(b);
  if (bitmap === undefined) return new Rejection("InvalidRequest", "b is invalid");
  if (bitmap.length >= streamLimits.bitmapBytes) {
    return new Rejection("BlockBitmapLimitExceeded", "The bitmap is too long");
  }
  const ids: number[] = [];
  for (const [index, byte] of bitmap.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) ids.push(o + index * 8 + bit);
  }
  return ids.slice(0, n);
}

/** Bytes, or hexadecimal such as `0x130080`: bit 0 of the first byte is the block at the offset. */
function bitmapOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string" || !/^(0x)?([\da-f]{2})+$/i.test(value)) return undefined;
  return Buffer.from(value.replace(/^0x/i, ""), "hex");
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Undefined: there is none, or it is invalid and is not sent back. */
function tokenOf(fields: Fields): string | undefined {
  const token = fields.get("c");
  const isValid =
    typeof token === "string" && Buffer.byteLength(token) <= streamLimits.clientTokenBytes;
  return isValid ? token : undefined;
}
