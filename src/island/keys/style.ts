/** The look of the switcher and of the sheet, beside the page's own rules. */
export const SWITCHER = `
  :host { display: flex; flex-direction: column; min-height: 0; max-height: inherit; }
  input {
    flex: none; box-sizing: border-box; width: 100%; height: 52px; padding: 0 var(--s4); border: 0;
    border-bottom: 1px solid var(--line); border-radius: 18px 18px 0 0; background: none; color: var(--ink);
    font: 1rem/1.5 var(--sans);
  }
  input::placeholder { color: var(--ink-3); opacity: 1; }
  input:focus-visible { outline: 0; box-shadow: inset 0 -2px 0 var(--accent); }
  ul { margin: 0; padding: var(--s2); list-style: none; overflow-y: auto; overscroll-behavior: contain; }
  li {
    display: flex; align-items: center; gap: var(--s3); min-height: 44px; padding: 0 var(--s3);
    border-radius: var(--r2); cursor: pointer;
  }
  li:hover { background: color-mix(in srgb, var(--ink) 6%, transparent); }
  li[aria-selected=true] { background: var(--accent-soft); }
  .sign { flex: none; display: grid; place-items: center; width: 28px; color: var(--ink-2); }
  .avatar { width: 28px; height: 28px; font-size: 0.6875rem; }
  .name, .detail { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .name { flex: none; max-width: 70%; }
  .detail { flex: 1; min-width: 0; color: var(--ink-2); font: var(--f-small); }
  .count { flex: none; color: var(--accent-text); font: var(--f-small); font-weight: 600; }
  .nothing { margin: 0; padding: var(--s4); color: var(--ink-2); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  @media (forced-colors: active) {
    li[aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px; }
    input:focus-visible { outline: 2px solid Highlight; outline-offset: -2px; }
  }
`;
export const SHEET = `
  :host { display: block; }
  .sections { columns: 2 260px; column-gap: var(--s6); margin-top: var(--s3); }
  section { break-inside: avoid; margin-bottom: var(--s4); }
  h3 { margin: 0 0 var(--s1); color: var(--ink-2); font: var(--f-small); font-weight: 600; }
  dl { margin: 0; }
  dl div {
    display: flex; align-items: center; justify-content: space-between; gap: var(--s3); min-height: 34px;
    padding: 5px 0; box-sizing: border-box;
    border-bottom: 1px solid var(--line);
  }
  dt { margin: 0; font-weight: 400; color: inherit; }
  dd { display: flex; flex-wrap: wrap; justify-content: end; gap: var(--s1) var(--s3); margin: 0; }
  .way { white-space: nowrap; }
  kbd {
    display: inline-block; box-sizing: border-box; min-width: 24px; padding: 1px 6px; text-align: center;
    border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: var(--r1);
    background: var(--raised); color: var(--ink); font: var(--f-small);
  }
`;
