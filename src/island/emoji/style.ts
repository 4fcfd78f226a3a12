/** Fonts with colours come first: others have some of the pictures too, as line drawings. */
export const EMOJI_FONT = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif';

/** The picker's look: eight columns, as wide as they are on a phone. */
export const STYLE = `
  :host {
    box-sizing: border-box; width: 354px; max-width: 100vw; padding: 0; border: 1px solid var(--line);
    border-radius: var(--r3); background: var(--raised); color: var(--ink); box-shadow: var(--shadow);
    font: var(--f-body); overflow: hidden;
  }
  :host(:popover-open) { display: flex; flex-direction: column; height: 420px; max-height: calc(100dvh - 16px); }
  button, input { font: inherit; color: inherit; }
  nav button, [role=gridcell], fieldset label { font-family: ${EMOJI_FONT}; }
  button { border: 0; padding: 0; background: none; cursor: pointer; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
  .search { display: flex; align-items: center; gap: var(--s2); margin: var(--s3) var(--s3) var(--s1); padding: 0 10px;
    border: 1px solid var(--line-strong); border-radius: var(--r2); color: var(--ink-3); }
  .search::before { content: ""; flex: none; width: 16px; height: 16px; background: currentColor;
    mask: var(--icon-search) center / contain no-repeat; }
  .search:focus-within { border-color: var(--accent); }
  .search input { flex: 1; min-width: 0; height: 38px; border: 0; outline: 0; background: none; color: var(--ink);
    font-size: 16px; }
  nav { display: flex; justify-content: space-between; padding: 0 var(--s3); border-bottom: 1px solid var(--line); }
  nav button { flex: 1; height: 36px; border-bottom: 2px solid transparent; font-size: 16px; opacity: 0.7; filter: grayscale(1); }
  nav button:hover, nav button[aria-current] { opacity: 1; filter: none; }
  nav button[aria-current] { border-color: var(--accent); }
  [role=grid] { flex: 1; min-height: 0; padding: 0 var(--s3) var(--s2); overflow-y: auto; overscroll-behavior: contain;
    scrollbar-width: thin; }
  [role=rowgroup] { display: block; content-visibility: auto; contain-intrinsic-height: auto var(--rows-high); }
  [role=rowgroup]::before { content: attr(aria-label); display: block; padding: var(--s2) 4px var(--s1);
    color: var(--ink-2); font: 600 0.75rem/1.4 var(--sans); }
  [role=row] { display: grid; grid-template-columns: repeat(8, 1fr); }
  [role=gridcell] { height: 40px; border-radius: 8px; font-size: 24px; line-height: 40px; text-align: center; }
  [role=gridcell]:hover, [role=gridcell]:focus { background: var(--accent-soft); }
  .none { margin: var(--s5) var(--s3); color: var(--ink-2); text-align: center; }
  .foot { display: flex; align-items: center; gap: var(--s2); min-height: 48px; padding: 0 var(--s3);
    border-top: 1px solid var(--line); color: var(--ink-2); font: var(--f-small); }
  .about { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  fieldset { display: flex; min-width: 0; margin: 0; padding: 0; border: 0; }
  fieldset label { position: relative; display: grid; place-items: center; width: 26px; height: 32px; border-radius: 8px;
    font-size: 18px; cursor: pointer; }
  fieldset label:has(:checked) { background: var(--accent-soft); box-shadow: inset 0 0 0 1px var(--accent); }
  fieldset label:has(:focus-visible) { outline: 2px solid var(--focus); }
  fieldset input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (max-width: 479px) {
    :host { width: 100vw; border-width: 1px 0 0; border-radius: var(--r3) var(--r3) 0 0; }
    :host(:popover-open) { height: min(420px, 70dvh); }
  }
`;
