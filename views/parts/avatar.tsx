/**
 * A person's initials on a tint. The tint comes from app.css, by the first hex digit of the `data-account`,
 * `data-sender` or `data-peer` around it, so that the island clones markup without computing colours.
 */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" data-initials="" aria-hidden="true" safe>
      {initialsOf(name)}
    </span>
  );
}

/** One or two capitals: of the first and the last word. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words[words.length - 1] ?? '') : '';
  return [first, last]
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}
