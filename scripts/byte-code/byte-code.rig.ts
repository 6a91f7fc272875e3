import { type Opcode, readOpcodes } from "./instructions.ts";

/** An engine with few instructions, in the form of XS's own table. */
export const table = `
const txS1 gxCodeSizes[XS_CODE_COUNT] ICACHE_FLASH_ATTR = {
	1 /* XS_NO_CODE */,
	1 /* XS_CODE_ADD */,
	2 /* XS_CODE_BRANCH_1 */,
	3 /* XS_CODE_BRANCH_2 */,
	2 /* XS_CODE_CODE_1 */,
	3 /* XS_CODE_CODE_2 */,
	2 /* XS_CODE_CODE_ARCHIVE_1 */,
	0 /* XS_CODE_FILE */,
	0 /* XS_CODE_GET */,
	3 /* XS_CODE_LINE */,
#ifdef mx32bitID
	5 /* XS_CODE_PROFILE */,
#else
	3 /* XS_CODE_PROFILE */,
#endif
	-1 /* XS_CODE_STRING_1 */,
	-2 /* XS_CODE_STRING_2 */,
// a comment
	-4 /* XS_CODE_STRING_4 */
};
`;

export const opcodes: readonly Opcode[] = readOpcodes(table);

/** The bytes of an instruction: its name without `XS_CODE_`, and its operand. */
export function code(name: string, ...operand: readonly number[]): number[] {
  const wanted = name === "NO_CODE" ? "XS_NO_CODE" : `XS_CODE_${name}`;
  return [opcodes.findIndex((each) => each.name === wanted), ...operand];
}
