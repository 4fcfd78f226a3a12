/** The composer's look: one line that grows, and what happens to it said below. */
export const STYLE = `
  :host { display: block; }
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
  p { margin: var(--s1) 0; color: var(--bad); font-size: 13px; }
  .closed {
    margin: 0; padding: var(--s3) var(--s4); border: 1px solid var(--line); border-radius: var(--r3);
    color: var(--ink-2); text-align: center;
  }
  footer { display: flex; align-items: center; gap: var(--s2); min-height: 36px; margin-top: var(--s1); }
  .sealed {
    flex: 1; min-width: 0; display: flex; align-items: center; gap: 6px; color: var(--ink-3); font-size: 12px;
  }
  .sealed:not(:empty)::before, button::before {
    content: ""; flex: none; width: 14px; height: 14px; background: currentColor;
    mask: var(--icon-lock) center / contain no-repeat;
  }
  .sealed::before { color: var(--ok); }
  button {
    display: flex; align-items: center; gap: 6px; border: 0; border-radius: var(--r2); padding: 7px 14px;
    background: var(--accent); color: var(--accent-ink); font: inherit; font-weight: 600; cursor: pointer;
  }
  button::before { width: 16px; height: 16px; mask-image: var(--icon-send); }
  button:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
  button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  [hidden] { display: none; }
`;
