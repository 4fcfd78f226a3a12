/** Sotto's mark: a voice that grows quieter. */
export function Mark({ large = false }: { large?: boolean }) {
  return (
    <svg class={large ? 'mark mark-large' : 'mark'} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8 9.5v13M13.3 11.7v8.6M18.6 13.7v4.6M23.9 15.9v.2" />
    </svg>
  );
}
