/** Puts one blob of so many bytes and prints how that ended: for tests of a process that may write little. */
import { createDiskBlobs } from '../../src/blobs/disk.ts';

const [folder = '', key = '', length = '0'] = process.argv.slice(2);
// Else the system ends the process at its limit, where a full disk gives an error.
process.on('SIGXFSZ', () => {});
try {
  await createDiskBlobs(folder).put(key, new Uint8Array(Number(length)));
  console.log('put');
} catch (error) {
  console.log(error instanceof Error ? error.name : String(error));
}
