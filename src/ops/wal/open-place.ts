/** Which place it is that a plan names. */
import type { LogPlace } from '../../config/wal.ts';
import { createFolderPlace } from './folder-place.ts';
import type { Place } from './place.ts';

export async function openPlace(to: LogPlace): Promise<Place> {
  if (to.kind === 'folder') return createFolderPlace(to.path);
  // Whoever keeps it in a folder never loads the other.
  const { createS3Place } = await import('./s3-place.ts');
  return createS3Place(to.s3);
}
