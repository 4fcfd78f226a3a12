/** The first page of a PDF as a small picture. Its own fonts are drawn as outlines: none is handed to the browser. */
import './cut-off.ts';
// Sets globalThis.pdfjsWorker, by which the other half reads files in this same thread: it is a worker already.
import 'pdfjs-dist/build/pdf.worker.mjs';
import { AnnotationMode, getDocument, type PDFDocumentProxy, VerbosityLevel } from 'pdfjs-dist';
import { MAX_PIXELS } from '../../../client/files/dimensions.ts';
import { MAX_SIDE } from '../picture.ts';

interface Drawing {
  canvas: OffscreenCanvas | null;
  context: OffscreenCanvasRenderingContext2D | null;
}

/** What pdf.js draws on: without a document there are no elements. */
class Canvases {
  create(width: number, height: number): Drawing {
    const canvas = new OffscreenCanvas(width, height);
    return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
  }
  reset({ canvas }: Drawing, width: number, height: number): void {
    if (canvas) Object.assign(canvas, { width, height });
  }
  destroy(drawing: Drawing): void {
    this.reset(drawing, 0, 0);
    Object.assign(drawing, { canvas: null, context: null });
  }
  getNoAlphaContext(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D | null {
    return canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  }
}

const none = () => 'none';
/** Filters would be elements too: without them a page lacks some of its shades. */
class NoFilters {
  addFilter = none;
  addHCMFilter = none;
  addAlphaFilter = none;
  addLuminosityFilter = none;
  addKnockoutFilter = none;
  addHighlightHCMFilter = none;
  addSelectionHCMFilter = none;
  addSelectionFilter = none;
  createSelectionStyle = () => null;
  destroy = () => {};
}

/** Tables and fonts that do not come with the file: there are none to fetch. */
class NothingMore {
  fetch(): Promise<never> {
    return Promise.reject(new Error('Nothing is fetched for a preview.'));
  }
}

/** @throws Error of pdf.js for what it cannot read, and for a file with a password */
export async function drawFirstPage(file: Blob): Promise<OffscreenCanvas> {
  const reading = getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    verbosity: VerbosityLevel.ERRORS,
    CanvasFactory: Canvases,
    FilterFactory: NoFilters,
    BinaryDataFactory: NothingMore,
    useWorkerFetch: false,
    useWasm: false,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
    disableAutoFetch: true,
    disableWorkerRendering: true,
    maxImageSize: MAX_PIXELS,
  });
  try {
    return await drawPage(await reading.promise);
  } finally {
    await reading.destroy();
  }
}

async function drawPage(pdf: PDFDocumentProxy): Promise<OffscreenCanvas> {
  const page = await pdf.getPage(1);
  const { width, height } = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: MAX_SIDE / Math.max(width, height) });
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(viewport.width)),
    Math.max(1, Math.round(viewport.height)),
  );
  const canvasContext = canvas.getContext('2d', { willReadFrequently: true });
  if (!isDrawnOn(canvasContext)) throw new Error('no canvas');
  await page.render({ canvas: null, canvasContext, viewport, annotationMode: AnnotationMode.DISABLE })
    .promise;
  return canvas;
}

/** The types of pdf.js name the context of an element alone; what the two differ in is of no use to a page. */
const isDrawnOn = (context: object | null): context is CanvasRenderingContext2D =>
  context instanceof OffscreenCanvasRenderingContext2D;
