/** QR codes: drawn for another device, read with the camera. A part of its own, fetched when one is needed. */
export { drawQr } from './draw.ts';
export { NoCamera, type Scan, scanQr } from './scan.ts';
