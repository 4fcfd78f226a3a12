/** The backup of one's history: its section in the settings, and a word about what arrives. */

export { watchAsked } from './asked.ts';
export { watchRestoring } from './restoring.ts';
export { openHistory } from './settings.ts';
export { openTransfers } from './transfers.ts';
