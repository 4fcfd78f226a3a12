/** The composer's look: one line that grows, and what happens to it said below. */
export const STYLE = `
  :host { display: block; position: relative; }
  form {
    border: 1px solid var(--line-strong); background: var(--raised); border-radius: var(--r3);
    padding: 9px var(--s2) 7px var(--s3);
  }
  form:focus-within {
    border-color: var(--accent); box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 18%, transparent);
  }
  textarea {
    display: block; box-sizing: border-box; width: 100%; height: 32px; max-height: 40dvh; padding: 5px 0;
    border: 0; outline: 0; resize: none; background: none; color: inherit; font: inherit;
  }
  textarea::placeholder {
    color: var(--ink-3); opacity: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  }
  p { margin: 0; }
  .problem { margin: var(--s1) 0; color: var(--bad); font-size: 13px; }
  .room:not(:empty) { margin: var(--s1) 0; color: var(--warn); font-size: 13px; }
  .closed {
    padding: var(--s3) var(--s4); border: 1px solid var(--line); border-radius: var(--r3);
    color: var(--ink-2); text-align: center;
  }
  .heading {
    display: flex; align-items: center; gap: var(--s2); margin: -3px 0 var(--s1); padding-left: 10px;
    border-left: 3px solid var(--accent); font: var(--f-small);
  }
  .about { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: var(--ink-2); }
  .about b { color: var(--accent-text); font-weight: 600; }
  .tray { margin: 0 0 var(--s2); }
  .heading[data-kind=edit]:not([hidden]) ~ .tray, .heading[data-kind=edit]:not([hidden]) ~ footer .clip { display: none; }
  footer { display: flex; align-items: center; gap: var(--s1); min-height: 36px; margin-top: var(--s1); }
  .tools { display: flex; flex: none; margin-left: -7px; }
  .facts { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; gap: 0 var(--s3); color: var(--ink-3);
    font-size: 12px; line-height: 17px; }
  .facts span { display: flex; align-items: center; gap: 6px; min-width: 0; }
  .facts span[hidden] { display: none; }
  .facts span:not(:empty)::before, .icon::before, .send::before {
    content: ""; flex: none; width: 14px; height: 14px; background: currentColor;
    mask: var(--icon-lock) center / contain no-repeat;
  }
  .sealed::before { color: var(--ok); }
  .sealed[data-state=offline] { color: var(--warn); }
  .facts .sealed[data-state=offline]::before { color: inherit; mask-image: var(--icon-clock); }
  .facts span.timer::before { mask-image: var(--icon-clock); }
  button { border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .icon {
    flex: none; display: grid; place-items: center; width: 34px; height: 34px; padding: 0; border-radius: var(--r2);
    color: var(--ink-2);
  }
  .icon:hover { background: color-mix(in srgb, var(--ink) 6%, transparent); color: var(--ink); }
  .icon:focus-visible { outline-offset: -2px; }
  .icon::before { width: 20px; height: 20px; }
  .clip::before { mask-image: var(--icon-clip); }
  .smile::before { mask-image: var(--icon-smile); }
  .format::before { mask-image: var(--icon-format); }
  .close::before { width: 16px; height: 16px; mask-image: var(--icon-close); }
  .heading .icon { width: 28px; height: 28px; }
  .send {
    flex: none; display: flex; align-items: center; gap: 6px; border-radius: var(--r2); padding: 7px 14px;
    background: var(--accent); color: var(--accent-ink); font-weight: 600;
  }
  .send::before { width: 16px; height: 16px; mask-image: var(--icon-send); }
  .send:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
  [hidden] { display: none; }
  @media (max-width: 720px) {
    /* Smaller letters make a phone zoom in. */
    textarea { font-size: 16px; }
    .send { width: 44px; height: 36px; padding: 0; justify-content: center; }
    .send span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .send::before { width: 18px; height: 18px; }
    .icon { width: 38px; height: 38px; }
  }
  @media (forced-colors: active) {
    .send { border: 1px solid ButtonText; }
    .icon::before, .send::before, .facts span::before { forced-color-adjust: none; background: ButtonText; }
  }
`;
