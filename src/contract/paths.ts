/**
 * Where each call of the API lives, so that client and server cannot differ. Bodies and answers are JSON (shapes in
 * accounts.ts and relay.ts) unless a comment says otherwise; lists are bare arrays; "-" is no body, answered 204.
 */
import type { SegmentId } from './backup.ts';
import type { FileId } from './files.ts';
import type { ConversationId, DeviceId } from './ids.ts';
import type { ParcelId } from './parcels.ts';
import type { FileRequestId, ShareId } from './shares.ts';

export const API = '/api/v1';

export const PATHS = {
  /** GET -> Workspace. Needs no session. */
  workspace: '/api/v1/workspace',

  /** POST RegisterStartRequest -> RegisterStart. Needs no session. */
  registerStart: '/api/v1/register/start',
  /** POST RegisterRequest -> 201 SignedIn, in a session bound to the new device. Needs no session. */
  register: '/api/v1/register',

  /** POST SignInStartRequest -> PasswordParameters. Needs no session. */
  signInStart: '/api/v1/sign-in/start',
  /** POST PasswordSignInRequest -> SignedIn or SecondFactorNeeded. Needs no session. */
  signInPassword: '/api/v1/sign-in/password',
  /** POST RecoverySignInRequest -> SignedIn or SecondFactorNeeded. Needs no session. */
  signInRecovery: '/api/v1/sign-in/recovery',
  /** POST CodeSignInRequest (security.ts) -> SignedIn. Needs no session. */
  signInCode: '/api/v1/sign-in/code',
  /** POST - -> PasskeySignInStart. Needs no session. */
  passkeyStart: '/api/v1/sign-in/passkey/start',
  /** POST PasskeySignInRequest -> SignedIn. Needs no session. */
  signInPasskey: '/api/v1/sign-in/passkey',

  /** POST SecretConfirmation (security.ts) -> -, the session rotates; so in all that follow. */
  confirmPassword: '/api/v1/confirm/password',
  confirmRecovery: '/api/v1/confirm/recovery',
  /** POST CodeConfirmation -> - */
  confirmCode: '/api/v1/confirm/code',
  /** POST - -> PasskeySignInStart */
  confirmPasskeyStart: '/api/v1/confirm/passkey/start',
  /** POST PasskeyConfirmation -> - */
  confirmPasskey: '/api/v1/confirm/passkey',
  /** GET -> PasskeyRecord[]; POST PasskeyAdd -> -; PATCH passkeyPath(id) PasskeyRename -> -; DELETE -> - */
  passkeys: '/api/v1/passkeys',
  /** POST - -> PasskeyAddStart */
  passkeysStart: '/api/v1/passkeys/start',
  /** PUT PasswordChange -> - */
  password: '/api/v1/password',
  /** GET -> SecondFactorRecord */
  secondFactor: '/api/v1/second-factor',

  /** GET -> SignedIn of the current session. */
  session: '/api/v1/session',
  /** POST SignOutRequest -> - */
  signOut: '/api/v1/sign-out',
  /** GET -> SessionRecord[]; DELETE -> - all but this one; DELETE sessionPath(id) -> - */
  sessions: '/api/v1/sessions',

  /** POST DeviceUpload -> -, the session rotates to the new device; DELETE devicePath(id) RevokeRequest -> - */
  devices: '/api/v1/devices',
  /** POST ResumeRequest -> -, the session rotates to that device. */
  resume: '/api/v1/devices/resume',
  /** GET -> VaultRecord; PUT VaultUpdate -> - */
  vault: '/api/v1/vault',

  /** GET -> Person[] */
  people: '/api/v1/people',
  /** POST DirectoryRequest -> DirectoryEntry[], in the order asked, unknown ones left out. */
  directory: '/api/v1/directory',

  /** GET ?from=LEAVES -> LogPage (log.ts) */
  log: '/api/v1/log',
  /** GET ?from=LEAVES&to=LEAVES -> LogConsistency (log.ts) */
  logConsistency: '/api/v1/log/consistency',

  /** POST ClaimRequest -> PrekeyBundleRecord[], in the order asked, unknown devices left out. */
  claimPrekeys: '/api/v1/prekeys/claim',
  /** GET -> PrekeyStock of the session's device; POST PrekeyUpload -> - */
  prekeys: '/api/v1/prekeys',

  /** GET -> TokenRecord[]; POST TokenRequest -> 201 TokenCreated (tokens.ts) */
  tokens: '/api/v1/tokens',
  /** GET -> TokenRecord of the token that asks. */
  token: '/api/v1/token',
  /** GET ?before=SEQ -> AuditRecord[] (audit.ts), newest first. Owners, admins and auditors. */
  audit: '/api/v1/audit',

  /** POST InviteRequest -> 201 InviteCreated. Owners and admins. */
  invites: '/api/v1/invites',

  /** POST a binary post (post.ts, POST_MEDIA_TYPE) -> Accepted. */
  messages: '/api/v1/messages',
  /** GET ?after=SEQ -> Pending */
  envelopes: '/api/v1/envelopes',
  /** POST Acknowledgement -> - */
  acknowledgements: '/api/v1/acknowledgements',
  /** POST StatusRequest -> MessageStatus[] */
  statuses: '/api/v1/statuses',
  /** GET -> ConversationRecord[]; POST ConversationRequest -> ConversationRecord */
  conversations: '/api/v1/conversations',
  /** GET -> OpenConversation[] */
  openConversations: '/api/v1/conversations/open',
  /** Sealed history for another device: see parcelPath and partPath (parcels.ts). */
  parcels: '/api/v1/parcels',
  /** GET -> PresenceSettings; PUT PresenceChoice -> PresenceSettings (presence.ts) */
  presence: '/api/v1/presence',
  /** GET -> PushOffer; PUT PushSubscriptionRequest -> -; DELETE -> -: waking this session's device (push.ts) */
  push: '/api/v1/push',
  /** GET -> BackupRecord (backup.ts); PUT BackupUpdate -> -; DELETE -> - */
  backup: '/api/v1/backup',
  /** GET -> FileUsage; POST FileUpload -> 201 FileRecord (files.ts) */
  files: '/api/v1/files',
  /** GET -> ShareRecord[]; POST ShareRequest -> 201 ShareRecord (shares.ts) */
  shares: '/api/v1/shares',
  /** GET -> FileRequestRecord[]; POST FileRequestRequest -> 201 FileRequestRecord (shares.ts) */
  fileRequests: '/api/v1/file-requests',
  /** WebSocket, subprotocol SOCKET_PROTOCOL. */
  socket: '/api/v1/socket',
} as const;

/** DELETE RevokeRequest, PUT RenewRequest: one device of one's own. */
export const devicePath = (device: DeviceId): string => `${PATHS.devices}/${device}`;
/** GET ?after=EPOCH -> RosterRecord; POST RosterAppend -> ConversationRecord: the membership of a group. */
export const rosterPath = (conversation: ConversationId): string =>
  `${PATHS.conversations}/${conversation}/roster`;
/** DELETE: one session of one's own, by its handle in SessionRecord. */
export const sessionPath = (id: string): string => `${PATHS.sessions}/${id}`;
/** One passkey of one's own, by its credential id. */
export const passkeyPath = (id: string): string => `${PATHS.passkeys}/${encodeURIComponent(id)}`;
/** GET -> bytes; PUT bytes, SEGMENT_MEDIA_TYPE -> -: one segment of one's own backup. */
export const segmentPath = (id: SegmentId): string => `${PATHS.backup}/segments/${id}`;
/** DELETE: one token of one's own, by the id in its TokenRecord. */
export const tokenPath = (id: string): string => `${PATHS.tokens}/${id}`;
/** DELETE: a parcel that this device gives or gets. */
export const parcelPath = (id: ParcelId): string => `${PATHS.parcels}/${id}`;
/** GET -> bytes; PUT ?to=DEVICE bytes, PART_MEDIA_TYPE -> -: one part of it. */
export const partPath = (id: ParcelId, n: number): string => `${parcelPath(id)}/${n}`;
/** GET -> FileRecord; DELETE by its owner. */
export const filePath = (id: FileId): string => `${PATHS.files}/${id}`;
/** PUT bytes of this chunk and perhaps some after it, CHUNK_MEDIA_TYPE -> - by its owner until it is complete; GET -> bytes. A session, or a visit (VISIT_HEADER). */
export const chunkPath = (id: FileId, n: number): string => `${filePath(id)}/chunks/${n}`;
/** GET -> DirectChunks: addresses of chunk n and some after it, outside this server. */
export const fileDirectPath = (id: FileId, n: number): string => `${filePath(id)}/direct/${n}`;
/** GET -> SHA-256 of each chunk as it is stored, 32 bytes each, in order. Of a complete file. */
export const fileHashesPath = (id: FileId): string => `${filePath(id)}/hashes`;
/** POST -> FileRecord: every chunk is there; nothing is taken any more. */
export const fileCompletePath = (id: FileId): string => `${filePath(id)}/complete`;
/** PUT FileExpiryRequest -> FileRecord, by its owner. */
export const fileExpiryPath = (id: FileId): string => `${filePath(id)}/expiry`;
/** PUT -> -: members of this conversation may fetch it too; by who may fetch it and write there. DELETE -> - by who put it there. */
export const filePlacePath = (id: FileId, conversation: ConversationId): string =>
  `${filePath(id)}/places/${conversation}`;
/** DELETE: a link of one's own. */
export const sharePath = (id: ShareId): string => `${PATHS.shares}/${id}`;
/** GET -> ShareOffer. Needs no session. */
export const shareOfferPath = (id: ShareId): string => `${sharePath(id)}/offer`;
/** POST ShareVisitRequest -> ShareVisit. Needs no session. */
export const shareVisitPath = (id: ShareId): string => `${sharePath(id)}/visits`;
/** DELETE: a request of one's own. */
export const fileRequestPath = (id: FileRequestId): string => `${PATHS.fileRequests}/${id}`;
/** GET -> FileRequestOffer. Needs no session. */
export const fileRequestOfferPath = (id: FileRequestId): string => `${fileRequestPath(id)}/offer`;
/** POST HandInStart -> 201 HandIn. Needs no session. */
export const fileRequestUploadsPath = (id: FileRequestId): string => `${fileRequestPath(id)}/uploads`;
/** POST HandInRequest -> - with the visit; DELETE -> - by the request's owner, who has taken it or does not want it. */
export const fileRequestUploadPath = (id: FileRequestId, file: FileId): string =>
  `${fileRequestUploadsPath(id)}/${file}`;
/** One conversation. */
export const conversationPath = (id: ConversationId): string => `${PATHS.conversations}/${id}`;

/** GET -> ServedManifest. Needs no session. */
/** Where the certificate authority of this server is handed out, with what to do with it. */
export const TRUST_PATH = '/trust';
/** Over plain HTTP where that is answered: whoever needs it cannot open https yet. */
export function trustUrl(origin: string, plainPort: number | null): string {
  if (plainPort === null) return `${origin}${TRUST_PATH}`;
  return `http://${new URL(origin).hostname}${plainPort === 80 ? '' : `:${plainPort}`}${TRUST_PATH}`;
}
/** What every page is drawn with lies below. */
export const ASSETS_PREFIX = '/assets/';
export const MANIFEST_PATH = '/assets/manifest.json';
/** The service worker: at the root, because it watches over every page, and without a hash, because browsers keep asking for it. */
export const SERVICE_WORKER_PATH = '/sw.js';

/** The pages that links lead to; the token stands in the fragment and so never reaches a log. */
export const setupUrl = (origin: string, token: string): string => `${origin}/setup#${token}`;
export const inviteUrl = (origin: string, token: string): string => `${origin}/join#${token}`;
/** The pages of people without an account; the key stands in the fragment. */
export const shareUrl = (origin: string, id: ShareId, key: string): string => `${origin}/s/${id}#${key}`;
export const fileRequestUrl = (origin: string, id: FileRequestId, key: string): string =>
  `${origin}/r/${id}#${key}`;
