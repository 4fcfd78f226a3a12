/** What only the page of settings needs of the island: fetched with that page. */
export { openDevices } from './devices.ts';
export { openLog } from './log.ts';
