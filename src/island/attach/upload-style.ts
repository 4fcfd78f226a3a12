/** How files on their way look in the timeline. */
export const UPLOAD_STYLE = `
  :host { display: block; flex: 1 1 auto; min-width: 0; max-width: 460px; }
  .text { margin-bottom: var(--s1); }
  ul { display: grid; gap: var(--s1); margin: 2px 0; padding: 0; list-style: none; }
  li {
    display: flex; flex-wrap: wrap; align-items: center; gap: var(--s1) var(--s3); padding: var(--s2) var(--s3);
    border: 1px solid var(--line-strong); border-radius: var(--r2); background: var(--raised);
  }
  .icon { flex: none; width: 20px; height: 20px; background: var(--ink-2); mask: var(--icon-file) center / contain no-repeat; }
  .icon[data-kind=image] { mask-image: var(--icon-image); }
  .icon[data-kind=video] { mask-image: var(--icon-film); }
  .icon[data-kind=audio] { mask-image: var(--icon-sound); }
  .words { flex: 1 1 180px; min-width: 0; display: grid; font: var(--f-small); }
  bdi { overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  small { color: var(--ink-2); font-size: 12px; line-height: 18px; font-variant-numeric: tabular-nums; }
  progress {
    appearance: none; display: block; width: 100%; height: 4px; margin: 3px 0 2px; border: 0; border-radius: 2px;
    background: color-mix(in srgb, var(--ink) 12%, transparent); overflow: hidden; color: var(--accent);
  }
  progress::-webkit-progress-bar { background: none; }
  progress::-webkit-progress-value { border-radius: 2px; background: var(--accent); }
  progress::-moz-progress-bar { border-radius: 2px; background: var(--accent); }
  :is(li[data-state=failed], li[data-state=lost]) progress { opacity: 0.5; }
  [hidden] { display: none !important; }
  .reason { color: var(--ink-2); font-size: 12px; line-height: 17px; }
  :is(li[data-state=failed], li[data-state=lost]) .reason { color: var(--bad); }
  .reason:empty { display: none; }
  .actions { flex: none; display: flex; flex-wrap: wrap; gap: var(--s1); }
  .actions button {
    min-height: 30px; padding: 0 10px; border: 1px solid var(--line-strong); border-radius: var(--r2);
    color: var(--ink-2); font: 600 0.8125rem / 1.4 var(--sans);
  }
  .actions button:hover { border-color: var(--edge); color: var(--ink); }
  @media (pointer: coarse) { .actions button { min-height: 40px; padding: 0 14px; } }
  @media (forced-colors: active) {
    .icon { forced-color-adjust: none; background: CanvasText; }
    progress { border: 1px solid CanvasText; }
  }
`;
