/** The composer's look. */
export const STYLE = `
  :host { display: block; }
  form {
    border: 1px solid var(--line-strong); background: var(--raised); border-radius: var(--r3);
    padding: var(--s2) var(--s2) var(--s2) var(--s3);
  }
  form:focus-within { border-color: var(--accent); box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 18%, transparent); }
  textarea {
    display: block; box-sizing: border-box; width: 100%; max-height: 40dvh; padding: var(--s1) 0;
    border: 0; outline: 0; resize: none; background: none; color: inherit; font: inherit;
  }
  textarea::placeholder { color: var(--ink-3); opacity: 1; }
  p { margin: var(--s1) 0; color: var(--bad); font-size: 13px; }
  footer { display: flex; align-items: center; gap: var(--s2); min-height: 34px; }
  .sealed { flex: 1; color: var(--ink-3); font-size: 12px; }
  button {
    border: 0; border-radius: var(--r2); padding: 7px 16px; background: var(--accent); color: var(--accent-ink);
    font: inherit; font-weight: 600; cursor: pointer;
  }
  button:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
  button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  [hidden] { display: none; }
`;
