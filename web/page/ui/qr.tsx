import { encode } from "uqr";

/** In modules: the standard asks for four on every side (ISO/IEC 18004). */
const border = 4;

interface QrProps {
  readonly text: string;
  /** what a screen reader says instead of the picture */
  readonly label: string;
}

/** A QR code. It is dark on white in every color scheme, because scanners expect that. */
export function Qr({ text, label }: QrProps) {
  const { size, data } = encode(text, { ecc: "M", border });
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(data)} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}

/** A square for each dark module. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
}
