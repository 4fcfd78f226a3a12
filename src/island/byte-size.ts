/** How large something is, in words. */
import { bytesWritten, t } from '../contract/words.ts';

/** "1.4 MB". */
export const byteSize = bytesWritten;

/** "400 kB of 1.4 MB". */
export const partOf = (done: number, size: number): string =>
  t('{done} of {size}', { done: byteSize(done), size: byteSize(size) });
