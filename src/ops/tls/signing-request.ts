/** A new key and the request for a certificate of it (PKCS #10), for one name. */
import { EC, keyToPem, loadX509 } from './x509.ts';

export async function newKeyAndRequest(
  host: string,
): Promise<{ readonly key: string; readonly request: ArrayBuffer }> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: EC,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  return { key: await keyToPem(keys.privateKey), request: request.rawData };
}
