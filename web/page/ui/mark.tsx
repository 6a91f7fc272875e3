/** The logo: a boom and its post. It does not show the state of the gate. */
export function Mark({ kind = "mark" }: { readonly kind?: string }) {
  return (
    <svg class={kind} viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-post" x="4" y="13" width="7" height="15" rx="2" />
      <g transform="rotate(-18 7.5 15)">
        <rect class="mark-boom" x="6" y="12.5" width="24" height="5" rx="2.5" />
        <path class="mark-stripe" d="M13 12.5h3l-2 5h-3zM20 12.5h3l-2 5h-3zM27 12.5h2l-2 5h-2z" />
      </g>
    </svg>
  );
}
