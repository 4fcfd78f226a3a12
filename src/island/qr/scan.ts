/** Reads a QR code with the camera. Pictures stay in this page: nothing is kept, nothing is sent. */

import decodeQR from 'qr/decode.js';
import { t } from '../../contract/words.ts';

/** There is no camera, or it may not be used; the message says which; what else to do is the page's to say. */
export class NoCamera extends Error {
  override readonly name = 'NoCamera';
}

/** A scan under way. */
export interface Scan {
  /** The text of the first code that was seen; rejects with NoCamera, or with an AbortError when it was stopped. */
  readonly text: Promise<string>;
  /** Turns the camera off. */
  stop(): void;
}

/** Looks at so many pictures a second, at most. */
const PAUSE_MS = 120;
/** Longer side of a picture that is looked at: more costs time and finds no more. */
const LONGEST = 800;

/** Shows the camera in the place until a code is read or the scan is stopped. */
export function scanQr(place: Element): Scan {
  const stopping = new AbortController();
  return { text: scan(place, stopping.signal), stop: () => stopping.abort() };
}

async function scan(place: Element, signal: AbortSignal): Promise<string> {
  const stream = await openCamera();
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.className = 'camera';
  video.setAttribute('aria-label', t('What the camera sees'));
  try {
    video.srcObject = stream;
    place.replaceChildren(video);
    await video.play();
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new NoCamera(t('This browser cannot read pictures.'));
    for (;;) {
      signal.throwIfAborted();
      const text = read(video, context);
      if (text !== null) return text;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.remove();
  }
}

/** The text in the picture that the camera sees now, or null. */
function read(video: HTMLVideoElement, context: OffscreenCanvasRenderingContext2D): string | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0) return null;
  const scale = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight));
  const width = Math.round(videoWidth * scale);
  const height = Math.round(videoHeight * scale);
  context.canvas.width = width;
  context.canvas.height = height;
  context.drawImage(video, 0, 0, width, height);
  try {
    return decodeQR({ width, height, data: context.getImageData(0, 0, width, height).data });
  } catch {
    // No code in this picture, or one that is not sharp yet.
    return null;
  }
}

async function openCamera(): Promise<MediaStream> {
  // Absent where the page is not served securely.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices) throw new NoCamera(t('This browser offers no camera here.'));
  try {
    return await devices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    throw new NoCamera(
      name === 'NotAllowedError'
        ? t('The camera may not be used here; allow it for this site.')
        : t('No camera was found.'),
      { cause },
    );
  }
}
