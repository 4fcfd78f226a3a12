/** Sotto's mark: a voice that grows quieter. */
export function Mark({ large = false }: { large?: boolean }) {
  return (
    <svg class={large ? 'mark mark-large' : 'mark'} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8 9.500v13M13.300 11.700v8.600M18.600 13.700v4.600M23.900 15.900v.2" />
    </svg>
  );
}
