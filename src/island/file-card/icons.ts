/** Icons of files, for shadow roots: masks, as `--icon-NAME` of the page. */
const svg = (path: string): string =>
  `url("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='none' stroke='%23000' stroke-width='1.5' stroke-linecap='round' stroke-linejoin='round'>${path}</svg>")`;

const PAPER = "<path d='M5 2.8h6.5L15.5 7v10.2h-10.5z'/><path d='M11.3 3v4.2h4'/>";
const ICONS = {
  file: PAPER,
  pdf: `${PAPER}<path d='M7.5 13.5c2-1 3-3.5 2.7-4.2-.6-.5-.9 1.2.3 2.6.8.9 1.7 1.2 2.3.8'/>`,
  text: `${PAPER}<path d='M7.5 10h5M7.5 12.5h5M7.5 15h3'/>`,
  image:
    "<rect x='3' y='4' width='14' height='12' rx='2'/><circle cx='7.5' cy='8.5' r='1.3'/><path d='m3.5 14.5 4-3.5 2.5 2 3-3 4 3.8'/>",
  film: "<rect x='2.8' y='5' width='10' height='10' rx='2'/><path d='m12.8 9 4.4-2.5v7L12.8 11'/>",
  sound:
    "<path d='M7 14.5V5l8-1.7v9.5'/><circle cx='5.3' cy='14.5' r='1.9'/><circle cx='13.3' cy='12.8' r='1.9'/>",
  play: "<path d='M7 4.8v10.4l8.5-5.2z' fill='%23000'/>",
  save: "<path d='M10 3.5v9M6 9l4 4 4-4M4 16.5h12'/>",
  zoom: "<circle cx='9' cy='9' r='5'/><path d='m13 13 4 4M9 7v4M7 9h4'/>",
  shrink: "<circle cx='9' cy='9' r='5'/><path d='m13 13 4 4M7 9h4'/>",
  left: "<path d='m12 4-6 6 6 6'/>",
  right: "<path d='m8 4 6 6-6 6'/>",
  close: "<path d='m5 5 10 10M15 5 5 15'/>",
  more: "<path d='M4.5 10h.01M10 10h.01M15.5 10h.01' stroke-width='2.6'/>",
} as const;
export type FileIcon = keyof typeof ICONS;

/** Rules for `.icon` and `.icon-NAME` of every icon. */
export const ICON_STYLE = `
  .icon { flex: none; display: inline-block; width: 20px; height: 20px; background: currentColor; mask: var(--icon) center / contain no-repeat; }
  @media (forced-colors: active) { .icon { forced-color-adjust: none; background: CanvasText; } }
  ${Object.entries(ICONS)
    .map(([name, path]) => `.icon-${name} { --icon: ${svg(path)}; }`)
    .join('\n')}
`;
