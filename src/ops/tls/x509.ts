/** The library that makes certificates, loaded only where one is made, and keys as PEM. */

export const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function loadX509() {
  // The library looks for it while it is loaded.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

export async function keyToPem(key: CryptoKey): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.exportKey('pkcs8', key));
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

export const keyFromPem = (pem: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', Uint8Array.fromBase64(pem.replace(/-----[^-]+-----|\s/g, '')), EC, false, [
    'sign',
  ]);
