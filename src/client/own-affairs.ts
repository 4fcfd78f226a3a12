/** What a person sees of and decides about their own devices and reading, as one part that is loaded on demand. */
export { nameSelf, renameDevice } from './device-names.ts';
export { dismissNews, listDevices, listNews } from './own-devices.ts';
export { syncSettings } from './own-sync.ts';
export { listReaders } from './readers.ts';
export { markConversationRead, readsAreTold, setReadsTold } from './receipts.ts';
