/** How a file room looks. */
import { ICON_STYLE } from '../file-card/icons.ts';

export const ROOM_STYLE = `
  ${ICON_STYLE}
  :host { display: block; padding-bottom: var(--s5); }
  p { margin: 0; }
  button { font: inherit; color: inherit; border: 0; padding: 0; background: none; cursor: pointer; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  [hidden] { display: none !important; }
  .usage { display: grid; gap: 4px; min-height: 44px; margin-bottom: var(--s4); color: var(--ink-2); font: var(--f-small); }
  .usage b { color: var(--ink); font-weight: 600; }
  meter { width: min(420px, 100%); height: 12px; }
  .controls { display: flex; flex-wrap: wrap; gap: var(--s2); }
  .controls > * { min-height: 44px; padding: 0 var(--s3); border: 1px solid var(--edge); border-radius: var(--r2); background: var(--raised); color: var(--ink); font: inherit; }
  .controls input { flex: 1 1 220px; min-width: 0; }
  .controls input::placeholder { color: var(--ink-3); opacity: 1; }
  .count { margin: var(--s3) 0 var(--s2); color: var(--ink-3); font: var(--f-small); }
  .rows { margin: 0; padding: 0; list-style: none; }
  .rows:not(:empty) { border: 1px solid var(--line); border-radius: var(--r3); background: var(--raised); }
  li { box-sizing: border-box; display: grid; grid-template-columns: auto minmax(0, 1fr) minmax(0, 220px) auto; align-items: center; gap: 2px var(--s3); min-height: 64px; padding: var(--s2) var(--s3) var(--s2) var(--s4); font: var(--f-small); }
  li + li { border-top: 1px solid var(--line); }
  .thumb { display: grid; place-items: center; width: 40px; height: 40px; border-radius: var(--r1); background: var(--accent-soft); color: var(--accent-text); }
  .thumb { overflow: hidden; }
  .thumb img { width: 40px; height: 40px; object-fit: cover; }
  .about, .from { display: grid; min-width: 0; overflow-wrap: anywhere; }
  .name { color: var(--ink); font-weight: 600; text-align: start; overflow-wrap: anywhere; }
  button.name:hover { text-decoration: underline; text-underline-offset: 3px; }
  .facts, .from { color: var(--ink-3); }
  .from span:first-child { color: var(--ink-2); }
  .actions { display: flex; justify-content: flex-end; min-width: 82px; gap: 2px; }
  .actions button { display: grid; place-items: center; width: 40px; height: 40px; border-radius: var(--r1); color: var(--ink-2); }
  .actions button:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); color: var(--ink); }
  .over .thumb { background: var(--panel); color: var(--ink-3); }
  .over .name { color: var(--ink-2); }
  .state { grid-column: 2 / -1; display: flex; align-items: center; gap: var(--s2); color: var(--ink-2); }
  .state.bad { color: var(--bad); }
  .state button { padding: 2px var(--s2); border-radius: var(--r1); color: var(--accent-text); font-weight: 600; }
  progress { flex: 1 1 100px; height: 6px; accent-color: var(--accent); }
  details { margin-top: var(--s4); }
  summary { min-height: 44px; display: flex; align-items: center; cursor: pointer; color: var(--ink-2); font-weight: 600; }
  summary::before { content: '\\203A'; width: 1.2em; color: var(--ink-3); }
  details[open] > summary::before { content: '\\2304'; }
  li.unknown { grid-template-columns: minmax(0, 1fr) minmax(0, 220px) auto; padding-inline-end: var(--s4); }
  li.unknown .more { margin: 0; }
  .empty { padding: var(--s5) var(--s4); border: 1px dashed var(--line-strong); border-radius: var(--r3); color: var(--ink-2); text-align: center; }
  .empty b { display: block; margin-bottom: 4px; color: var(--ink); font-weight: 600; }
  .more { min-height: 44px; margin-top: var(--s3); padding: 0 var(--s4); border: 1px solid var(--edge); border-radius: var(--r2); font-weight: 600; }
  @media (pointer: coarse) { .actions button { width: 44px; height: 44px; } }
  @media (max-width: 640px) {
    li { grid-template-columns: auto minmax(0, 1fr) auto; padding: var(--s3) var(--s2) var(--s3) var(--s3); }
    .from { grid-column: 2 / -1; grid-row: 2; }
    li.unknown { grid-template-columns: minmax(0, 1fr) auto; padding: var(--s3); }
    .unknown .from { grid-column: 1; }
    .unknown .more { grid-row: 1 / span 2; grid-column: 2; }
    .controls select { flex: 1 1 40%; min-width: 0; }
  }
`;
