/** What the server says of the page: which one it is, and for whom. The island checks it against its own keys. */
import { type AccountId, type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';

const PAGES = [
  'setup',
  'join',
  'sign-in',
  'recover',
  'unlock',
  'recovery-code',
  'conversations',
  'conversation',
  'verify',
  'settings',
  'admin',
] as const;
export type PageName = (typeof PAGES)[number];

export interface Page {
  readonly name: PageName | null;
  /** Null when signed out. */
  readonly account: AccountId | null;
  /** Null when this session has no device yet. */
  readonly device: DeviceId | null;
  readonly release: string;
}

/** Reads `<body data-page data-account data-device data-release>`. */
export function readPage(body: HTMLElement): Page {
  const { page = '', account = '', device = '', release = '' } = body.dataset;
  return {
    name: PAGES.find((name) => name === page) ?? null,
    account: isAccountId(account) ? account : null,
    device: isDeviceId(device) ? device : null,
    release,
  };
}
