import type { Piece } from '../pieces.ts';

/** What a picture or a film tells besides itself. */
export type Photo =
  /** Nothing of the kind. */
  | { readonly state: 'clean' }
  /**
   * These pieces of it are the same picture and nothing else. `hasLocation`: it says where it was taken; or may, in a form that only
   * its maker reads.
   */
  | { readonly state: 'removable'; readonly hasLocation: boolean; readonly pieces: readonly Piece[] }
  /** It may say where it was taken, and that cannot be taken out of it. */
  | { readonly state: 'unreadable' };
