import { ByteCodeError } from "./instructions.ts";

/** The length of an atom, with this head, and its type. */
const headBytes = 8;

/**
 * The byte code in a file that `xsc` has compiled: atoms in an atom `XS_B`, with numbers whose highest byte
 * comes first.
 * @throws ByteCodeError when it is no such file
 */
export function byteCodeIn(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const typeAt = (at: number) =>
    Buffer.from(file.subarray(at + 4, at + headBytes)).toString("latin1");
  if (file.length < headBytes || typeAt(0) !== "XS_B") {
    throw new ByteCodeError("a compiled module has another format");
  }
  let at = headBytes;
  while (at + headBytes <= file.length) {
    const length = view.getUint32(at);
    if (length < headBytes || at + length > file.length) break;
    if (typeAt(at) === "CODE") return file.subarray(at + headBytes, at + length);
    at += length;
  }
  throw new ByteCodeError("a compiled module has no byte code");
}
