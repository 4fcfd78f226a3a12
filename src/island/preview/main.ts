/** What a sender's device knows of a file before it is sealed: its type, a small look at it, and what it would tell besides itself. */
import { statedSize } from '../../client/files/dimensions.ts';
import { PAGES_TYPE } from '../../client/files/pages.ts';
import { SNIFF_BYTES, shownAs, sniff } from '../../client/files/sniff.ts';
import type { NewFile } from '../../client/files/types.ts';
import { lookAtMedia } from './media.ts';
import type { Look, PhotoFacts, Preview } from './messages.ts';
import { lookInWorker } from './worker.ts';

export type { PhotoFacts, Preview } from './messages.ts';

/** `preview` is for a message of few files, `smallPreview` for one of many: fitPreviews (client/files/preview-budget.ts) chooses. */
export interface DescribedFile extends Pick<NewFile, 'type' | 'width' | 'height' | 'duration'> {
  readonly preview: Preview | null;
  readonly smallPreview: Preview | null;
  /** Where it has a `clean` part, that is what is to be sent, unless the person keeps the location. */
  readonly photo: PhotoFacts;
}

const NOTHING: Look = { preview: null, smallPreview: null, dimensions: null };

const CLEAN: PhotoFacts = { state: 'clean', hasLocation: false, clean: null };
const UNREADABLE: PhotoFacts = { state: 'unreadable', hasLocation: true, clean: null };

/**
 * Looks at a file. Never rejects: one that cannot be looked at, or not in time, is sent without a preview. A picture or a film that could
 * not be read through counts as one with a location.
 */
export async function describeFile(file: File): Promise<DescribedFile> {
  const { facts, look } = await lookInWorker(file).catch(() => ({ facts: null, look: null }));
  const { type, photo } = facts ?? (await describeHead(file));
  const isMedia = ['video', 'audio'].includes(shownAs(type));
  const media = isMedia ? await lookAtMedia(photo.clean ?? file, type) : null;
  const page = type === PAGES_TYPE ? await drawPage(file) : null;
  const { preview, smallPreview, dimensions } = { ...(media ?? look ?? NOTHING), ...page };
  return {
    type,
    photo,
    preview,
    smallPreview,
    ...statedSize(dimensions),
    duration: media?.duration ?? null,
  };
}

/** The first page of a PDF. Where there is none, the number of its pages stays. */
async function drawPage(file: File): Promise<Pick<Look, 'preview' | 'smallPreview'> | null> {
  try {
    const { drawPdf } = await import('./pdf/main.ts');
    const page = await drawPdf(file);
    return page?.preview && page.smallPreview ? page : null;
  } catch {
    // Offline, and never fetched before.
    return null;
  }
}

/** What is left to be said of a file that the worker gave up. */
async function describeHead(file: File): Promise<Pick<DescribedFile, 'type' | 'photo'>> {
  try {
    const type = sniff(new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer()));
    return { type, photo: ['image', 'video'].includes(shownAs(type)) ? UNREADABLE : CLEAN };
  } catch {
    // Not even its first bytes can be read: sending it says why.
    return { type: '', photo: CLEAN };
  }
}
