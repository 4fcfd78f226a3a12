/** How the files of a message look. */
import { ICON_STYLE } from './icons.ts';

export const CARD_STYLE = `
  ${ICON_STYLE}
  :host { display: block; margin-top: 6px; max-width: 100%; }
  ul { margin: 0; padding: 0; list-style: none; }
  ul + ul { margin-top: 6px; }
  button { font: inherit; color: inherit; border: 0; padding: 0; background: none; cursor: pointer; }
  :is(button, audio):focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .pictures { display: flex; flex-wrap: wrap; align-items: start; gap: 6px; }
  .picture { box-sizing: border-box; position: relative; overflow: hidden; min-width: 156px; max-width: 100%; border: 1px solid var(--line); border-radius: var(--r2); background: var(--panel); }
  .picture .look { display: block; margin-inline: auto; border-radius: var(--r2); }
  .picture .look:focus-visible { outline-offset: -3px; }
  .picture img { display: block; max-width: 100%; height: auto; object-fit: cover; }
  .several .picture { width: 158px; min-width: 0; }
  .several .picture :is(img, .look) { width: 156px; height: 156px; }
  .mark { position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none; }
  .mark .icon { width: 22px; height: 22px; }
  .mark span.disc { display: grid; place-items: center; width: 48px; height: 48px; padding-inline-start: 2px; border-radius: 50%; background: color-mix(in srgb, #16130f 70%, transparent); color: #fff; }
  .length { position: absolute; inset: auto auto 6px 6px; padding: 1px 6px; border-radius: var(--r1); background: color-mix(in srgb, #16130f 75%, transparent); color: #fff; font: 0.75rem / 1.5 var(--sans); pointer-events: none; }
  .tools { position: absolute; inset: 6px 6px auto auto; display: flex; gap: 4px; opacity: 0; transition: opacity 120ms; }
  .picture:is(:hover, :focus-within) .tools { opacity: 1; }
  .tools button { display: grid; place-items: center; width: 32px; height: 32px; border-radius: var(--r1); background: var(--raised); border: 1px solid var(--line-strong); color: var(--ink); }
  .picture .state { margin: 0; padding: 6px var(--s2); }
  .picture .state:not(.bad) { position: absolute; inset: auto 0 0; background: var(--raised); }
  .cards { display: grid; gap: 6px; width: min(420px, 100%); }
  .card { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 2px var(--s3); min-height: 60px; padding: var(--s2) var(--s3); border: 1px solid var(--line); border-radius: var(--r2); background: var(--raised); }
  .card > .thumb { display: grid; place-items: center; width: 44px; height: 44px; overflow: hidden; border-radius: var(--r1); background: var(--accent-soft); color: var(--accent-text); }
  .card > .thumb img { width: 44px; height: 44px; object-fit: cover; object-position: top; background: #fff; }
  .card > .thumb.page, .card > .thumb.page img { width: 64px; height: 84px; }
  .card > .thumb.page { box-sizing: content-box; border: 1px solid var(--line); background: #fff; }
  .about { min-width: 0; font: var(--f-small); text-align: start; }
  .name { display: -webkit-box; overflow: hidden; overflow-wrap: anywhere; -webkit-line-clamp: 2; -webkit-box-orient: vertical; color: var(--ink); font-weight: 600; }
  button.name { text-align: start; }
  button.name:hover { text-decoration: underline; text-underline-offset: 3px; }
  .facts { color: var(--ink-3); }
  .actions { display: flex; gap: 2px; }
  .actions button { display: grid; place-items: center; width: 36px; height: 36px; border-radius: var(--r1); color: var(--ink-2); }
  .actions button:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); color: var(--ink); }
  .head { grid-column: 1 / -1; margin: var(--s2) 0 2px; padding: 0 var(--s2); border-block: var(--s2) solid var(--panel); max-height: 5lh; overflow: hidden; border-radius: var(--r1); background: var(--panel); color: var(--ink-2); font: var(--f-mono); font-size: 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  audio { grid-column: 1 / -1; width: 100%; height: 40px; margin-top: var(--s2); }
  .state { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 2px var(--s2); margin: 2px 0 0; color: var(--ink-2); font: var(--f-small); }
  .state[hidden] { display: none; }
  .state.bad { color: var(--bad); }
  .state button { padding: 2px var(--s2); border-radius: var(--r1); color: var(--accent-text); font-weight: 600; }
  .state button:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); }
  progress { flex: 1 1 100px; height: 6px; accent-color: var(--accent); }
  .over { border-style: dashed; background: none; }
  .over .thumb { background: var(--panel); color: var(--ink-3); }
  .over .name { color: var(--ink-2); }
  @media (hover: none) { .tools { opacity: 1; } }
  @media (pointer: coarse) { .tools button, .actions button { width: 44px; height: 44px; } .state button { min-height: 36px; } }
  @media (prefers-reduced-motion: reduce) { .tools { transition: none; } }
  @media (max-width: 480px) { .several .picture { width: calc(50% - 3px); } .several .picture :is(img, .look) { width: 100%; height: 140px; } }
`;
