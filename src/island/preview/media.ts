/** How long a film or a sound is, and a frame of it: browsers open those in a page only, and decode them apart from it. */
import { type Dimensions, MAX_PIXELS } from '../../client/files/dimensions.ts';
import { draw } from '../draw.ts';
import type { Preview } from './messages.ts';
import { drawPreviews } from './picture.ts';

const MEDIA_MS = 10_000;
/** Seconds into a film where its frame is taken, at most: the first one is black in many. */
const FRAME_AT = 1;
/** Further than any recording goes: browsers find the end of one that does not say how long it is. */
const FAR = 1e9;

export interface MediaLook {
  readonly preview: Preview | null;
  readonly smallPreview: Preview | null;
  readonly dimensions: Dimensions | null;
  /** Milliseconds. */
  readonly duration: number | null;
}

/** Null for what this browser does not play, or does not open in time. */
export async function lookAtMedia(file: Blob, type: string): Promise<MediaLook | null> {
  const address = URL.createObjectURL(file.slice(0, file.size, type));
  const video = draw('video', { muted: true, preload: 'auto', playsInline: true });
  try {
    const opened = happens(video, 'loadedmetadata');
    video.src = address;
    await opened;
    const duration = await durationOf(video);
    const dimensions = { width: video.videoWidth, height: video.videoHeight };
    const isSeen = dimensions.width > 0 && dimensions.width * dimensions.height <= MAX_PIXELS;
    const none = { preview: null, smallPreview: null, duration };
    if (!isSeen) return { ...none, dimensions: null };
    // A film without a frame is one all the same.
    const frame = await frameOf(video, dimensions, duration).catch(() => none);
    return { ...frame, dimensions, duration };
  } catch {
    return null;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}

async function frameOf(video: HTMLVideoElement, dimensions: Dimensions, duration: number | null) {
  const seconds = duration === null ? 0 : Math.min(FRAME_AT, duration / 4000);
  if (video.currentTime !== seconds || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
    const seeked = happens(video, 'seeked');
    video.currentTime = seconds;
    await seeked;
  }
  return drawPreviews(video, dimensions);
}

/** Milliseconds; null where even the end of it does not say. */
async function durationOf(video: HTMLVideoElement): Promise<number | null> {
  if (video.duration === Number.POSITIVE_INFINITY) {
    const known = happens(video, 'durationchange', () => Number.isFinite(video.duration));
    video.currentTime = FAR;
    await known.catch(() => {});
  }
  const duration = Math.round(video.duration * 1000);
  return Number.isFinite(duration) && duration >= 0 && duration < 2 ** 32 ? duration : null;
}

/** Rejects when it does not happen in time, or cannot. */
function happens(video: HTMLVideoElement, event: string, isSo: () => boolean = () => true): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} in time`)), MEDIA_MS);
    signal.addEventListener('abort', () => clearTimeout(timer));
    video.addEventListener(event, () => isSo() && resolve(), { signal });
    video.addEventListener('error', () => reject(video.error), { signal });
  }).finally(() => ended.abort());
}
