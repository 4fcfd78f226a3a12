/** Text for comparing what people type with what is there. */

/** Without accents and capitals, for comparing. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}
