/**
 * The public keys that a firmware must be signed with: up to two, so that a new key can be brought to
 * all boxes before the old one is given up. P-256, as uncompressed points (SEC 1, 2.3.3) in hexadecimal:
 * 04, x, y. With none, the box refuses every update as `unsigned`.
 *
 * `boom-box build` replaces this module by one with the keys of certs/update-signing (see
 * scripts/signing/signing-key.ts).
 */
export const updateKeys: readonly string[] = [];
