/** The list's look: above the box, as wide as it. */
import { EMOJI_FONT } from '../emoji/style.ts';

export const STYLE = `
  .choices {
    position: absolute; z-index: 2; inset: auto 0 calc(100% + 6px) 0; margin: 0; padding: var(--s1); list-style: none;
    border: 1px solid var(--line); border-radius: var(--r3); background: var(--raised); box-shadow: var(--shadow);
    max-height: min(300px, 50dvh); overflow-y: auto; overscroll-behavior: contain;
  }
  .choices li {
    display: flex; align-items: center; gap: var(--s2); min-height: 38px; padding: 0 var(--s2);
    border-radius: var(--r2); cursor: pointer;
  }
  .choices li:hover { background: color-mix(in srgb, var(--ink) 6%, transparent); }
  .choices li[aria-selected=true] { background: var(--accent-soft); }
  .choices .sign {
    flex: none; min-width: 30px; text-align: center; color: var(--ink-2); font-weight: 600;
  }
  .choices .sign[data-emoji] { font-family: ${EMOJI_FONT}; font-weight: 400; font-size: 20px; }
  .choices .name, .choices .detail { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .choices .detail { flex: 1; min-width: 4em; color: var(--ink-2); font: var(--f-small); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  @media (forced-colors: active) { .choices li[aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px; } }
`;
