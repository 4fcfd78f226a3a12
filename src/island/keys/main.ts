/** What shortcuts open: the switcher and the sheet that lists them all. */
export { openShortcuts } from './sheet.ts';
export { openSwitcher } from './switcher.ts';
