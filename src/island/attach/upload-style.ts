/** How files on their way look in the timeline. */
import { ICON_STYLE } from '../file-card/icons.ts';

export const UPLOAD_STYLE = `
  ${ICON_STYLE}
  :host { display: block; flex: 1 1 auto; min-width: 0; max-width: 460px; }
  .text { margin-bottom: var(--s1); }
  ul { display: grid; gap: var(--s1); margin: 2px 0; padding: 0; list-style: none; }
  li {
    display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; align-items: center; gap: 0 var(--s3);
    padding: 6px var(--s1) 7px var(--s3); border: 1px solid var(--line-strong); border-radius: var(--r2); background: var(--raised);
  }
  .icon { color: var(--ink-2); }
  .words { display: grid; min-width: 0; font: var(--f-small); }
  :is(progress, .reason, li > button:not(.cancel)) { grid-column: 2; justify-self: start; }
  bdi { overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  small { color: var(--ink-2); font-size: 12px; line-height: 18px; font-variant-numeric: tabular-nums; }
  progress {
    appearance: none; display: block; width: 100%; height: 4px; margin: 4px 0 3px; border: 0; border-radius: 2px;
    background: color-mix(in srgb, var(--ink) 12%, transparent); overflow: hidden; color: var(--accent);
  }
  progress::-webkit-progress-bar { background: none; }
  progress::-webkit-progress-value { border-radius: 2px; background: var(--accent); }
  progress::-moz-progress-bar { border-radius: 2px; background: var(--accent); }
  :is(li[data-state=failed], li[data-state=lost]) progress { opacity: 0.5; }
  li[data-state=done] progress { visibility: hidden; }
  [hidden] { display: none !important; }
  .reason { color: var(--ink-2); font-size: 12px; line-height: 17px; }
  :is(li[data-state=failed], li[data-state=lost]) .reason { color: var(--bad); }
  .reason:empty { display: none; }
  li > button {
    min-height: 30px; margin-top: var(--s1); padding: 0 10px; border: 1px solid var(--line-strong); border-radius: var(--r2);
    color: var(--ink); font: 600 0.8125rem / 1.4 var(--sans);
  }
  li > button:hover { border-color: var(--edge); }
  li > .cancel {
    display: grid; place-items: center; width: 30px; margin: 0; padding: 0; border: 0; color: var(--ink-2);
  }
  .cancel::before {
    content: ""; width: 15px; height: 15px; background: currentColor; mask: var(--icon-close) center / contain no-repeat;
  }
  .cancel:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); color: var(--ink); }
  @media (pointer: coarse) { li > button { min-height: 40px; padding: 0 14px; } li > .cancel { width: 40px; } }
  @media (forced-colors: active) {
    .cancel::before { forced-color-adjust: none; background: CanvasText; }
    progress { border: 1px solid CanvasText; }
  }
`;
