/** The certificate of an authority as a configuration profile, the only form in which iPhones and iPads take one. */
import { createHash } from 'node:crypto';
import type { Authority } from './authority.ts';

/** @param host what the server is called in the list of profiles */
export function configurationProfile({ der, fingerprint }: Authority, host: string): string {
  const name = escapeXml(`Sotto on ${host}`);
  const id = fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase();
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>sotto.${id}</string>
  <key>PayloadUUID</key><string>${uuidOf(`profile ${fingerprint}`)}</string>
  <key>PayloadDisplayName</key><string>${name}</string>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>sotto.${id}.authority</string>
      <key>PayloadUUID</key><string>${uuidOf(`authority ${fingerprint}`)}</string>
      <key>PayloadDisplayName</key><string>${name}</string>
      <key>PayloadCertificateFileName</key><string>sotto-ca.crt</string>
      <key>PayloadContent</key><data>${der.toBase64()}</data>
    </dict>
  </array>
</dict>
</plist>
`;
}

/** The same authority has the same ids, so that a profile replaces itself. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').toUpperCase();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `A${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
