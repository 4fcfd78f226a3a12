/** How the words of a message look: they stand in a shadow root, which the page's own styles do not reach. */
export const STYLE = `
  :host { display: block; overflow-wrap: anywhere; }
  p, blockquote, ul, ol { margin: 0; }
  .text > * + * { margin-top: 0.4em; }
  p { white-space: pre-wrap; }
  .aside { color: var(--ink-3); font-style: italic; }
  .large { font-size: 2rem; line-height: 1.3; }
  a { color: var(--accent-text); text-underline-offset: 3px; }
  a, .mention, .edited { unicode-bidi: isolate; }
  :is(a, button, pre):focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: var(--r1); }
  strong { font-weight: 650; }
  ul, ol { padding-inline-start: 1.6em; }
  li::marker { color: var(--ink-3); }
  blockquote { padding-inline-start: var(--s3); border-inline-start: 3px solid var(--line-strong); color: var(--ink-2); }
  code { font: 0.92em / 1.5 var(--mono, ui-monospace, monospace); }
  :not(pre) > code { padding: 1px 5px; border-radius: var(--r1); background: var(--panel); border: 1px solid var(--line); }
  .mention { padding: 0 3px; border-radius: 4px; color: var(--accent-text); font-weight: 600; }
  .mention.self { background: var(--accent-soft); }
  .code { position: relative; max-width: 100%; border: 1px solid var(--line); border-radius: var(--r2); background: var(--panel); }
  .code > div { display: flex; align-items: center; justify-content: space-between; min-height: 28px; padding: 2px var(--s1) 0 var(--s3); color: var(--ink-3); font: 0.75rem / 1.5 var(--sans); }
  .code button { min-height: 26px; padding: 0 var(--s2); border-radius: var(--r1); font-weight: 600; }
  .code button:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); color: var(--ink); }
  pre { margin: 0; padding: 2px var(--s3) var(--s2); overflow-x: auto; white-space: pre; overflow-wrap: normal; tab-size: 4; }
  pre code { font: var(--f-mono); }
  button { font: inherit; color: inherit; border: 0; padding: 0; background: none; cursor: pointer; }
  .quote { display: block; max-width: 100%; margin-bottom: 2px; padding: 1px var(--s3); border-inline-start: 3px solid var(--line-strong);
    overflow: hidden; color: var(--ink-2); font: var(--f-small); text-align: start; text-overflow: ellipsis; white-space: nowrap; }
  .text + .quote { margin: 2px auto 0; }
  .quote:hover { border-color: var(--accent); color: var(--ink); }
  .quote b { font-weight: 600; }
  .quote:disabled { cursor: default; font-style: italic; color: var(--ink-3); border-color: var(--line-strong); }
  .edited { color: var(--ink-3); font: 0.75rem / 1.5 var(--sans); }
  .reactions { display: flex; flex-wrap: wrap; gap: 6px; margin: 6px 0 2px; padding: 0; list-style: none; }
  .reactions button { min-height: 28px; padding: 0 9px; border: 1px solid var(--line-strong); border-radius: 14px; background: var(--raised); color: var(--ink-2); font: 0.8125rem / 1.4 var(--sans); font-variant-numeric: tabular-nums; }
  .reactions button:hover { border-color: var(--edge); color: var(--ink); }
  .reactions button[aria-pressed=true] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent-text); font-weight: 600; }
  @media (pointer: coarse) {
    .reactions button { min-height: 36px; padding: 0 12px; border-radius: 18px; }
    .code button { min-height: 36px; padding: 0 var(--s3); }
  }
`;
