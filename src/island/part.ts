/**
 * Parts of the island that reading and writing do not need: each is a file of its own, fetched when it is first asked for.
 * The page names its address; the policy admits nothing but assets of ours.
 */
import { partAddress } from './trusted-types.ts';

/** Making and changing groups. */
export async function loadGroups(): Promise<typeof import('./groups/main.ts')> {
  return import(partAddress('groups'));
}

/** Drawing QR codes, and reading them with the camera. */
export async function loadQr(): Promise<typeof import('./qr/main.ts')> {
  return import(partAddress('qr'));
}

/** The settings: one's own devices, the transparency log. */
export async function loadSettings(): Promise<typeof import('./settings/main.ts')> {
  return import(partAddress('settings'));
}
