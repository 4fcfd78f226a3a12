/** Memory of large buffers, given back at once: a worker's garbage is collected too late, and some of it is not counted. */

let nowhere: MessagePort | null = null;

/** Lets go of the whole buffer behind these bytes, which are empty after that: it is given away to where nobody is. */
export function free({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) return;
  if (nowhere === null) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]);
}
