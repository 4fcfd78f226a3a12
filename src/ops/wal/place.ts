/** Where histories of the database are kept: named objects in folders of one level, in a folder or a bucket. */
export interface Place {
  /** For people, without secrets. */
  readonly words: string;
  /** Keeps an object whole or not at all, over one of that name; resolves when neither a crash nor a power cut would lose it. */
  put(folder: string, name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Null: there is none. */
  get(folder: string, name: string): Promise<Uint8Array | null>;
  /** In order. */
  folders(): Promise<readonly string[]>;
  /** In order. */
  names(folder: string): Promise<readonly string[]>;
  remove(folder: string, name: string): Promise<void>;
  /** What is left of an empty folder. */
  removeFolder(folder: string): Promise<void>;
}

/** Nothing can be kept or read there now; the message is a sentence without secrets. */
export class PlaceUnavailable extends Error {
  override readonly name = 'PlaceUnavailable';
}
