/** How attached files look above the box. */
import { ICON_STYLE } from '../file-card/icons.ts';

export const TRAY_STYLE = `
  ${ICON_STYLE}
  :host { display: block; }
  :host([hidden]) { display: none; }
  ul {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(min(220px, 100%), 1fr)); gap: var(--s2);
    max-height: 30dvh; margin: -2px; padding: 2px; overflow-y: auto; list-style: none;
  }
  li {
    display: flex; align-items: center; gap: var(--s2); min-width: 0; padding: 6px; border: 1px solid var(--line-strong);
    border-radius: var(--r2); background: var(--panel);
  }
  .thumb {
    flex: none; display: grid; place-items: center; width: 40px; height: 40px; overflow: hidden; border-radius: var(--r1);
    background: color-mix(in srgb, var(--ink) 6%, transparent); color: var(--ink-2);
  }
  img { width: 100%; height: 100%; object-fit: cover; }
  .words { flex: 1; min-width: 0; display: grid; font: var(--f-small); }
  bdi { overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  small { color: var(--ink-2); font-size: 12px; line-height: 17px; }
  label { display: flex; align-items: center; gap: 6px; min-height: 24px; font-size: 12px; cursor: pointer; }
  label[hidden] { display: none; }
  input { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
  button {
    flex: none; display: grid; place-items: center; width: 30px; height: 30px; padding: 0; border: 0;
    border-radius: var(--r2); background: none; color: var(--ink-2); cursor: pointer;
  }
  button::before {
    content: ""; width: 15px; height: 15px; background: currentColor; mask: var(--icon-close) center / contain no-repeat;
  }
  button:hover { background: color-mix(in srgb, var(--ink) 7%, transparent); color: var(--ink); }
  :is(button, input):focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
  .said { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
  @media (max-width: 720px) { button { width: 40px; height: 40px; } ul { max-height: 36dvh; } }
  @media (prefers-reduced-motion: no-preference) {
    [data-preparing] .thumb { animation: breathe 1.2s ease-in-out infinite alternate; }
    @keyframes breathe { to { opacity: 0.5; } }
  }
  @media (forced-colors: active) {
    button::before { forced-color-adjust: none; background: ButtonText; }
  }
`;
