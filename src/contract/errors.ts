/** The shapes of errors, the same for pages, the island and the command line. */
export type ErrorName =
  | 'ValidationError' // 400
  | 'NotSignedIn' // 401
  | 'Forbidden' // 403
  | 'VerificationNeeded' // 403: who this is must be shown once more, a moment ago (/confirm)
  | 'SecondFactorRequired' // 403: the workspace wants a second factor, and this session has shown none (Settings, Security)
  | 'NotFound' // 404
  | 'Conflict' // 409
  | 'WrongDevices' // 409, see WrongDevicesBody
  | 'Gone' // 410: an invite or a set-up link that was used up
  | 'TooLarge' // 413
  | 'UnsupportedMediaType' // 415
  | 'UpgradeRequired' // 426: this client is of an older release
  | 'RateLimitExceeded' // 429, with retry_after in seconds
  | 'Internal' // 500
  | 'Unavailable'; // 503: the relay cannot write; nothing was accepted

export interface ErrorBody {
  readonly error: ErrorName;
  /** One sentence that a person understands. */
  readonly message: string;
  /** Field name to sentences, for ValidationError. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Seconds, for RateLimitExceeded; the Retry-After header says the same. */
  readonly retry_after?: number;
}

/** What the relay knows of the recipients when a post names other ones. The client verifies it before it retries. */
export interface WrongDevicesBody extends ErrorBody {
  readonly error: 'WrongDevices';
  /** Every device that a class 1 body of this conversation must reach, except the sending one. */
  readonly expected: readonly { readonly account: string; readonly device: string }[];
}
