/** Saving files, and playing them while they arrive. */
export { startSave } from './jobs.ts';
export type { Saveable, SaveWatch } from './read-on.ts';
export { downloadInWorker } from './reader.ts';
export { playFrom, saveFile } from './save-file.ts';
export type { OfferedStream } from './streams.ts';
export { MAX_WHOLE_BYTES, readWhole } from './whole.ts';
