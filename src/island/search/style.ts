/** The look of what was found: rows like those of the list. */
import { styleSheet } from '../styles.ts';

export const STYLE = styleSheet(`
  :host { display: flex; flex-direction: column; font: var(--f-body); }
  :host([hidden]), [hidden] { display: none !important; }
  .filters { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 var(--s3) var(--s2) var(--s4); }
  select, input, button {
    box-sizing: border-box; min-height: 30px; max-width: 100%; margin: 0; border: 1px solid var(--line-strong);
    border-radius: 15px; background: var(--raised); color: var(--ink-2); font: var(--f-small); cursor: pointer;
  }
  select { max-width: 124px; padding: 0 6px; text-overflow: ellipsis; }
  input { padding: 0 var(--s2); cursor: text; }
  button { padding: 0 var(--s3); }
  [data-set], [aria-pressed=true] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent-text); }
  :is(select, input, button, a):focus-visible { outline: 2px solid var(--focus); outline-offset: -1px; }
  .progress { margin: 0; padding: var(--s1) var(--s4); color: var(--ink-2); font: var(--f-small); }
  .found { flex: 1; min-height: 0; overflow-y: auto; padding: 0 var(--s2) var(--s3); overscroll-behavior: contain; }
  [role=status] { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
  h2 { margin: var(--s3) 0 var(--s1); padding: 0 var(--s2); color: var(--ink-2); font: 600 0.8125rem / 1.5 var(--sans); }
  ul { margin: 0; padding: 0; list-style: none; }
  .hit { display: block; padding: 6px var(--s2); border-radius: var(--r2); color: inherit; text-decoration: none; }
  .hit:hover { background: color-mix(in srgb, var(--ink) 5%, transparent); }
  .hit[aria-current] { background: var(--accent-soft); }
  .name { display: flex; align-items: center; gap: var(--s3); min-height: 44px; }
  .words { min-width: 0; }
  .words > * { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  b { font-weight: 600; }
  small, .where, .text, time { color: var(--ink-2); font: var(--f-small); }
  .avatar {
    flex: none; display: grid; place-items: center; width: 32px; height: 32px; border-radius: var(--r2);
    background: var(--tint, var(--accent-soft)); color: var(--ink); font: 650 0.75rem / 1 var(--sans);
  }
  .head { display: flex; justify-content: space-between; gap: var(--s2); align-items: baseline; }
  .head b { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  time { flex: none; }
  .where { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: var(--ink-3); }
  .text { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow-wrap: anywhere; }
  mark { border-radius: 2px; background: var(--warn-soft); color: var(--ink); }
  .nothing { margin: var(--s3) var(--s2) 0; color: var(--ink-2); font: var(--f-small); }
  .more { margin: var(--s2); }
  @media (max-width: 720px) { select, input, button { min-height: 40px; border-radius: 20px; } select { max-width: 46vw; } }
`);
