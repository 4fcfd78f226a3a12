/** Links for people without an account: the dialog that makes one, and the list of one's own. */
export { openLinks } from './links.ts';
export { shareFile } from './share-file.ts';
