/**
 * Takes from this worker whatever leads out of it but its answer: the keys and the history of this origin lie in its storage, and what
 * reads hostile files has no business there. Imported before anything else; nothing that runs later in the worker can bring them back.
 */

/** What is left: the answer. pdf.js would else take messages of the page for its own, and send some. */
export const answerPage: (answer: unknown) => void = self.postMessage.bind(self);

/** Storage, network, other workers and pages; what does not exist in a browser is no loss. */
const WAYS_OUT = [
  'indexedDB',
  'caches',
  'cookieStore',
  'navigator',
  'postMessage',
  'fetch',
  'fetchLater',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'BroadcastChannel',
  'Worker',
  'SharedWorker',
  'RTCPeerConnection',
  'Notification',
  'PushManager',
  'FileReaderSync',
  'importScripts',
  'webkitRequestFileSystem',
  'webkitRequestFileSystemSync',
  'webkitResolveLocalFileSystemURL',
  'webkitResolveLocalFileSystemSyncURL',
] as const;

/** What pdf.js asks of it; the rest of it leads to storage, locks and other pages. */
const { platform, userAgent } = navigator;

for (const name of WAYS_OUT) {
  // Getters stand in a prototype, from where they could be called again.
  for (let holder: object | null = self; holder !== null; holder = Object.getPrototypeOf(holder))
    if (Object.hasOwn(holder, name)) Reflect.deleteProperty(holder, name);
  const value = name === 'navigator' ? Object.freeze({ platform, userAgent }) : undefined;
  Object.defineProperty(self, name, { value, writable: false, configurable: false });
}
