import { isIPv4, isIPv6 } from "node:net";

/**
 * The key of an address in a rate limit: the IPv4 address (also when it is mapped into IPv6), or the first
 * 64 bits of an IPv6 address, because a single subscriber has at least a /64 (RFC 6177). Any other text is
 * its own key.
 */
export function addressKey(address: string): string {
  const [bare = ""] = address.split("%");
  if (isIPv4(bare) || !isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an IPv6 address, RFC 4291, 2.2. */
function groupsOf(address: string): number[] {
  const [left = "", right] = address.split("::");
  const head = parse(left);
  if (right === undefined) return head;
  const tail = parse(right);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parse(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
