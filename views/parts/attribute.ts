/**
 * Text for an attribute. Kita escapes the quotes there and leaves the rest, which is enough for a browser; but what people
 * typed must come back letter by letter, and markup must not look like markup to whatever reads the page next.
 */
export function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
