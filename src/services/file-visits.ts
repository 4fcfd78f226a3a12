/** Who comes without an account, by a link: one file, with the rights of the account that made the link. */
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';

export interface FileVisit {
  /** The only file that it is for. */
  readonly file: FileId;
  /** Who made the link: what this account may not fetch, or does not own any more, the visit cannot either. */
  readonly account: AccountId;
  readonly may: 'fetch' | 'hand-in';
  /** Names the link in the audit. */
  readonly actor: string;
}

export interface FileVisits {
  /** The visit of a token, or null for one that is none or over. */
  find(token: string): Promise<FileVisit | null>;
}

/** @param finders one for each kind of link; the first that knows the token answers */
export function createFileVisits(
  finders: readonly ((token: string) => Promise<FileVisit | null>)[],
): FileVisits {
  return {
    async find(token) {
      for (const find of finders) {
        const visit = await find(token);
        if (visit !== null) return visit;
      }
      return null;
    },
  };
}
