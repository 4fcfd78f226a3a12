/** Kita escapes quotes in attributes and leaves `&` alone; text that people typed must come back letter by letter. */
export function attribute(text: string): string {
  return text.replaceAll('&', '&amp;');
}
