/** How the versions of a file look. */
export const VERSIONS_STYLE = `
  ol { display: grid; margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: var(--r2); background: var(--raised); }
  li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px var(--s3); padding: var(--s2) var(--s3); font: var(--f-small); }
  li + li { border-top: 1px solid var(--line); }
  .about { flex: 1 1 200px; display: grid; min-width: 0; color: var(--ink-2); overflow-wrap: anywhere; }
  b { color: var(--ink); font-weight: 600; }
  .newest { padding: 1px 6px; border-radius: var(--r1); background: var(--accent-soft); color: var(--accent-text); font-weight: 600; }
  .buttons { display: flex; gap: var(--s1); }
  button { min-height: 36px; padding: 0 var(--s3); border: 1px solid var(--edge); border-radius: 8px; background: none; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
  button:hover { background: color-mix(in srgb, var(--ink) 6%, transparent); }
  button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .state { flex-basis: 100%; display: flex; align-items: center; gap: var(--s2); margin: 0; }
  .state[hidden] { display: none; }
  .state.bad { color: var(--bad); }
  progress { flex: 1; height: 6px; accent-color: var(--accent); }
  @media (pointer: coarse) { button { min-height: 44px; } }
`;
