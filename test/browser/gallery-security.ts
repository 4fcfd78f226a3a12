/** Samples of the pages about ways in. */
import type { Site, Viewer } from '../../views/layout.tsx';
import { Confirm } from '../../views/pages/confirm.tsx';
import { BackupCodes, SecondFactorSetUp } from '../../views/pages/second-factor.tsx';
import { Security, SecurityRequired, type WaysProps } from '../../views/pages/security.tsx';
import { AddPasskey, ChangePassword } from '../../views/pages/ways.tsx';
import type { NewPlaceProps } from '../../views/parts/new-place.tsx';

const NOW = Date.UTC(2026, 10, 21, 9, 12);
const DAY_MS = 24 * 3600_000;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** @param text in the place of what people choose */
export function waysSample(text = 'Blue key'): WaysProps {
  const passkey = { addedAt: NOW - 80 * DAY_MS, usedAt: NOW - DAY_MS, opensVault: true };
  return {
    hasPassword: true,
    passkeys: [
      { ...passkey, id: 'AbCd', name: text },
      { ...passkey, id: 'EfGh', name: '', opensVault: false },
    ],
    maxPasskeys: 10,
    passkeysWork: true,
    secondFactor: { since: NOW - 30 * DAY_MS, codes: 7 },
    note: null,
  };
}

export const NEW_PLACE: NewPlaceProps = {
  id: '0123456789abcdef0123456789abcdef',
  agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  address: '203.0.113.9',
  at: NOW,
};

/** Pages in front of the workspace, by name. */
export function securityDoors(site: Site, viewer: Viewer): Record<string, string> {
  const way = { site, viewer, hasPassword: true, hasPasskey: true, minPassword: 12 };
  const uri = `otpauth://totp/Harbour%20Lab:ada?secret=${SECRET}&issuer=Harbour%20Lab`;
  const codes = Array.from({ length: 10 }, (_, n) => `${n}k3f-9qm2-tvb7`);
  const doors = {
    confirm: Confirm({
      site,
      viewer,
      next: '/settings',
      ways: { password: true, passkey: true, code: true },
    }),
    'second-factor': SecondFactorSetUp({ site, viewer, uri, secret: SECRET }),
    'backup-codes': BackupCodes({ site, viewer, codes }),
    'security-required': SecurityRequired({
      ...waysSample(),
      passkeys: [],
      secondFactor: { since: null, codes: 0 },
      site,
      viewer,
    }),
    password: ChangePassword(way),
    passkey: AddPasskey(way),
  };
  return Object.fromEntries(Object.entries(doors).map(([name, drawn]) => [name, String(drawn)]));
}

/** What stands in the pane of the settings. */
export const securityPane = (): string => String(Security({ ...waysSample(), role: 'owner' }));
