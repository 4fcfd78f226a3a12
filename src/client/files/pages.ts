/** The preview of a PDF: how many pages it has (pdf.ts counts them), in digits. */

export const PAGES_TYPE = 'application/pdf';

/** A preview that says how many pages there are, as it travels. */
export const pagesPreview = (pages: number): { readonly type: string; readonly bytes: Uint8Array } => ({
  type: PAGES_TYPE,
  bytes: new TextEncoder().encode(String(pages)),
});
/** What such a preview says; null for any other. */
export function pagesOf(previewType: string, preview: Uint8Array | null): number | null {
  if (previewType !== PAGES_TYPE || preview === null || preview.length > 6) return null;
  const digits = new TextDecoder().decode(preview);
  return /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : null;
}
