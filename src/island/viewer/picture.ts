/** A picture, as large as it fits, and larger by steps. */
import { dimensionsOf } from '../../client/files/dimensions.ts';
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { blobSource } from '../attach/blob-source.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { previewPicture } from '../file-card/preview.ts';
import { loadSave } from '../part.ts';
import { openAs } from './opened.ts';
import type { Stage } from './stage.ts';

/** Bytes of a picture that is shown here, at most: it stands in memory, and decoded many times as large. */
const MAX_PICTURE_BYTES = 100 * 1024 * 1024;
/** Pixels, at most: 1 GB of them as they are decoded. The largest that telephones take have 200 million. */
const MAX_PICTURE_PIXELS = 256_000_000;
/** Times the size that fits. */
const STEPS = [1, 1.5, 2, 3, 5, 8] as const;

/** @throws FileProblem, Error with a sentence */
export async function showPicture(stage: Stage, file: FileView): Promise<void> {
  const { place, signal } = stage;
  const early = previewPicture(file);
  if (early) {
    early.className = 'early';
    early.width = file.width ?? early.width;
    early.height = file.height ?? early.height;
    place.replaceChildren(early);
  }
  if (file.size > MAX_PICTURE_BYTES)
    throw new Error(
      t('Pictures of more than {size} are not shown here: save it.', { size: byteSize(MAX_PICTURE_BYTES) }),
    );
  const [{ bytes, type }, { readWhole }] = await Promise.all([openAs(file, 'image'), loadSave()]);
  const blob = await readWhole(bytes, type, { signal });
  const size = await dimensionsOf(blobSource(blob), type);
  if (size !== null && size.width * size.height > MAX_PICTURE_PIXELS)
    throw new Error(t('This picture has more pixels than can be shown here: save it.'));
  if (signal.aborted) return;
  const address = URL.createObjectURL(blob);
  signal.addEventListener('abort', () => URL.revokeObjectURL(address));
  const image = draw('img', { alt: file.name, src: address });
  await image.decode().catch(() => {
    throw new Error(t('This browser cannot show this picture: save it to look at it elsewhere.'));
  });
  if (signal.aborted) return;
  place.replaceChildren(image);
  let step = 0;
  stage.zoomed = () => step > 0;
  stage.zoom = (by) => {
    step = by === 0 ? 0 : Math.max(0, Math.min(STEPS.length - 1, step + by));
    enlarge(image, place, STEPS[step] ?? 1);
  };
  image.addEventListener('dblclick', () => stage.zoom?.(step > 0 ? 0 : 1));
}

/** Keeps in the middle what is there. */
function enlarge(image: HTMLImageElement, place: HTMLElement, times: number): void {
  const x = (place.scrollLeft + place.clientWidth / 2) / place.scrollWidth;
  const y = (place.scrollTop + place.clientHeight / 2) / place.scrollHeight;
  image.style.width = '';
  image.classList.remove('zoomed');
  if (times > 1) {
    const { width } = image.getBoundingClientRect();
    image.classList.add('zoomed');
    image.style.width = `${width * times}px`;
  }
  place.scrollLeft = x * place.scrollWidth - place.clientWidth / 2;
  place.scrollTop = y * place.scrollHeight - place.clientHeight / 2;
}
