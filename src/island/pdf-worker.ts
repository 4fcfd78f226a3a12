/** Draws the first page of one PDF, in a worker of its own that the page ends after it. */

import { isBlank } from './preview/pdf/blank.ts';
import { answerPage } from './preview/pdf/cut-off.ts';
import { drawFirstPage } from './preview/pdf/draw.ts';
import type { PdfAnswer, PdfRequest } from './preview/pdf/messages.ts';
import { drawPreviews } from './preview/picture.ts';

self.onmessage = async ({ data: { file } }: MessageEvent<PdfRequest>) => {
  const answer: PdfAnswer = await drawFirstPage(file).then(
    async (page) => (isBlank(page) ? null : drawPreviews(page, page)),
    () => null,
  );
  answerPage(answer);
};
