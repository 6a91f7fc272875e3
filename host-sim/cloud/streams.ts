/** A file of a stream: its bytes, or where to read them. */
export type StreamSource = Uint8Array | StreamReader;

export interface StreamReader {
  /** bytes */
  readonly size: number;
  /** @returns exactly `length` bytes from `offset` on; both lie within the file */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

export interface StreamFile {
  /** 0 to 255 */
  readonly fileId: number;
  readonly source: StreamSource;
}

/** CreateStream's request. AWS's `roleArn`, with which AWS reads from S3, has no meaning here. */
export interface StreamRequest {
  /** 1 to 128 of `[A-Za-z0-9_-]` */
  readonly streamId: string;
  readonly description?: string;
  /** 1 to 50 */
  readonly files: readonly StreamFile[];
}

export interface Stream {
  readonly streamId: string;
  readonly description: string;
  /** 1 when created; every update adds one */
  readonly version: number;
  readonly files: ReadonlyMap<number, StreamReader>;
}

export type StreamOutcome =
  | { readonly type: "done"; readonly stream: Stream }
  | {
      readonly type: "refused";
      readonly code:
        | "InvalidRequestException"
        | "ResourceAlreadyExistsException"
        | "ResourceNotFoundException";
      readonly message: string;
    };

/** AWS's limits of MQTT-based file delivery (developer guide; CreateStream; "AWS IoT Core quotas"). */
export const streamLimits = {
  fileBytes: 24 * 1024 * 1024,
  files: 50,
  lastFileId: 255,
  blockBytesMin: 256,
  blockBytesMax: 131_072,
  /** the last block that can be asked for, and the most blocks of one request */
  blocks: 98_304,
  bitmapBytes: 12_288,
  /** of the blocks that one request is answered with */
  answerBytes: 131_072,
  clientTokenBytes: 64,
} as const;

/** The streams of an account: files that things fetch block by block. In memory. */
export class Streams {
  readonly #streams = new Map<string, Stream>();

  /** CreateStream. */
  create(request: StreamRequest): StreamOutcome {
    const { streamId } = request;
    if (this.#streams.has(streamId)) {
      const message = `There is a stream ${streamId} already`;
      return { type: "refused", code: "ResourceAlreadyExistsException", message };
    }
    return this.#put(request, 1);
  }

  /** UpdateStream: other files under the same id. */
  update(request: StreamRequest): StreamOutcome {
    const { streamId } = request;
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      const message = `There is no stream ${streamId}`;
      return { type: "refused", code: "ResourceNotFoundException", message };
    }
    return this.#put(request, stream.version + 1);
  }

  /** DeleteStream. False: there was none. */
  delete(streamId: string): boolean {
    return this.#streams.delete(streamId);
  }

  /** DescribeStream. */
  describe(streamId: string): Stream | undefined {
    return this.#streams.get(streamId);
  }

  #put({ streamId, description = "", files }: StreamRequest, version: number): StreamOutcome {
    const readers = new Map(files.map(({ fileId, source }) => [fileId, readerOf(source)]));
    const problem = problemOf(streamId, description, files, readers);
    if (problem !== undefined) {
      return { type: "refused", code: "InvalidRequestException", message: problem };
    }
    const stream: Stream = { streamId, description, version, files: readers };
    this.#streams.set(streamId, stream);
    return { type: "done", stream };
  }
}

export function isStreamId(text: string): boolean {
  return /^[\w-]{1,128}$/.test(text);
}

function problemOf(
  streamId: string,
  description: string,
  files: readonly StreamFile[],
  readers: ReadonlyMap<number, StreamReader>,
): string | undefined {
  if (!isStreamId(streamId)) return `not a stream id: ${streamId}`;
  if (!/^\P{C}{0,2028}$/u.test(description)) return "the description is invalid or too long";
  if (files.length < 1 || files.length > streamLimits.files) return `${files.length} files`;
  if (readers.size < files.length) return "two files have the same id";
  for (const [fileId, { size }] of readers) {
    if (!isWithin(fileId, 0, streamLimits.lastFileId)) return `not a file id: ${fileId}`;
    if (!isWithin(size, 1, streamLimits.fileBytes)) return `file ${fileId} has ${size} bytes`;
  }
  return undefined;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function readerOf(source: StreamSource): StreamReader {
  if (!(source instanceof Uint8Array)) return source;
  const bytes = Uint8Array.from(source);
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
