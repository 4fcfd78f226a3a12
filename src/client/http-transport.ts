/** The Transport port over `fetch`. */
import type { Transport } from './ports.ts';

/** The part of `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpTransportOptions {
  /** The server's origin, such as `https://chat.example`; empty for the page's own. */
  readonly origin: string;
  /** `fetch` by default. */
  readonly fetch?: Fetch;
  /** Sent with every request: the command line's cookie. The browser adds its own. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Sees every answer: the command line's cookie jar reads Set-Cookie. */
  readonly onResponse?: (response: Response) => void;
  /** Milliseconds until a request counts as failed; 30,000 by default. */
  readonly timeout?: number;
  /** This client's release, so that a server of a newer one can say 426. */
  readonly release?: string;
}

/** A Transport that maps answers to values, refusals to TransportRefused and silence to TransportFailed. */
export function httpTransport(_options: HttpTransportOptions): Transport {
  throw new Error('not here yet');
}
