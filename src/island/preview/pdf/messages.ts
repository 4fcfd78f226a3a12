/** What the page and its PDF worker say to each other. */
import type { Look } from '../messages.ts';

export interface PdfRequest {
  readonly file: Blob;
}
/** Null for what could not be drawn. */
export type PdfAnswer = Pick<Look, 'preview' | 'smallPreview'> | null;
