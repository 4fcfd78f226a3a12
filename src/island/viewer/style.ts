/** How the viewer looks: dark in both schemes, since pictures are looked at. */
import { ICON_STYLE } from '../file-card/icons.ts';

export const VIEWER_STYLE = `
  ${ICON_STYLE}
  dialog { position: fixed; inset: 0; max-width: none; max-height: none; margin: 0; padding: 0; border: 0; overflow: hidden; width: 100vw; height: 100dvh; background: #16130f; color: #f3efe8; font: var(--f-body); }
  dialog[open] { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); }
  .head { display: flex; align-items: center; gap: var(--s1); min-height: 56px; padding: 6px var(--s3) 6px var(--s4); }
  h2 { flex: 1; min-width: 0; margin: 0; overflow: hidden; font: var(--f-body); font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  .head small { flex: none; margin-inline-end: var(--s2); color: #bdb6aa; font: var(--f-small); font-variant-numeric: tabular-nums; }
  button { display: grid; place-items: center; flex: none; width: 44px; height: 44px; padding: 0; border: 0; border-radius: var(--r2); background: none; color: inherit; cursor: pointer; }
  button:hover { background: #ffffff1f; }
  button:disabled { opacity: 0.35; cursor: default; background: none; }
  button.wide { display: inline-block; width: auto; padding: 0 var(--s4); border: 1px solid #8d867b; font: inherit; font-weight: 600; }
  :focus-visible { outline: 2px solid #c9a5db; outline-offset: -2px; }
  [hidden] { display: none; }
  .body { position: relative; min-height: 0; display: grid; }
  .stage { position: relative; display: flex; min-width: 0; min-height: 0; overflow: auto; padding: 0 var(--s3) var(--s3); outline-offset: -2px; }
  .stage > * { margin: auto; }
  img, video { display: block; max-width: 100%; max-height: calc(100dvh - 76px); object-fit: contain; border-radius: var(--r1); }
  img.early { filter: blur(8px); }
  img.zoomed { max-width: none; max-height: none; }
  audio { width: min(520px, 100%); }
  pre { align-self: stretch; width: min(110ch, 100%); margin: 0 auto; padding: var(--s4); overflow: auto; border-radius: var(--r2); background: var(--paper); color: var(--ink); font: var(--f-mono); white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
  .said { max-width: 46ch; padding: var(--s4); text-align: center; }
  .said p { margin: 0 0 var(--s3); }
  .note { position: absolute; inset: auto 0 var(--s3); margin: 0 auto; width: fit-content; padding: 4px var(--s3); border-radius: var(--r2); background: #16130fd9; font: var(--f-small); }
  .beside { position: absolute; z-index: 1; top: 50%; translate: 0 -50%; background: #16130f99; }
  .before { left: var(--s2); }
  .after { right: var(--s2); }
  .spin { color: #bdb6aa; }
  @media (max-width: 480px) { .head { padding-inline: var(--s3) 0; } .head small { display: none; } .beside { top: auto; bottom: var(--s3); translate: none; } .body:has(.beside:not([hidden])) .stage { padding-bottom: 68px; } .body:has(.beside:not([hidden])) :is(img:not(.zoomed), video) { max-height: calc(100dvh - 132px); } }
`;
