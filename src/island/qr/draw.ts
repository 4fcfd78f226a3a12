/** Draws a QR code (ISO/IEC 18004) as one path: sharp in every size, dark on light in both colour schemes. */
import encodeQR from 'qr';

const SVG = 'http://www.w3.org/2000/svg';
/** Modules of light around the code, as readers expect. */
export const QUIET = 4;

/** Puts the code of a text into the place, over what was there. `label` says what it is to whoever cannot see it. */
export function drawQr(place: Element, text: string, label: string): void {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const size = modules.length;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', pathOf(modules));
  svg.append(path);
  place.replaceChildren(svg);
}

/** One run of dark modules after another; the margin is among the modules. */
export function pathOf(modules: readonly (readonly boolean[])[]): string {
  const runs: string[] = [];
  for (const [y, row] of modules.entries())
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end + 1]) end++;
      runs.push(`M${x} ${y}h${end - x + 1}v1h-${end - x + 1}z`);
      x = end;
    }
  return runs.join('');
}
