/** Files, and links for people without an account. */

import type * as shape from '../files.ts';
import { MAX_FILE_BYTES, MAX_RUN_BYTES, MAX_RUN_CHUNKS } from '../files.ts';
import { PATHS } from '../paths.ts';
import * as shares from '../shares.ts';
import type { Operations } from './operation.ts';
import {
  base64,
  flag,
  id,
  list,
  moment,
  nullable,
  object,
  record,
  type Schema,
  text,
  whole,
} from './schema.ts';

const number = text({ pattern: /^(?:0|[1-9]\d{0,4})$/, about: 'Counted from 0.' });
const fileId: Schema<shape.FileId> = id(16);
const file = record<shape.FileRecord>('FileRecord', {
  id: fileId,
  owner: id(16),
  size: whole(),
  createdAt: moment,
  completedAt: nullable(moment),
  expiresAt: nullable(moment),
  missing: list(whole()),
  conversations: list(id(32)),
});
const manifest = base64({ min: 1, max: shares.MAX_SEALED_MANIFEST_BYTES });
const cost = {
  salt: base64(16),
  memory: whole(1, Number.MAX_SAFE_INTEGER, 'KiB.'),
  passes: whole(1),
  lanes: whole(1),
};
const share = record<shares.ShareRecord>('ShareRecord', {
  id: id(16),
  file: fileId,
  createdAt: moment,
  expiresAt: moment,
  hasPassword: flag,
  downloads: nullable(whole(1)),
  used: whole(),
});
const fileRequest = record<shares.FileRequestRecord>('FileRequestRecord', {
  id: id(16),
  createdAt: moment,
  expiresAt: moment,
  files: whole(1),
  maxFileBytes: whole(1),
  received: list(
    record<shares.FileRequestEntry>('FileRequestEntry', {
      file: fileId,
      size: whole(),
      receivedAt: moment,
      manifest,
    }),
  ),
});

const UNKNOWN = { 404: 'There is no such file for whoever asks.' };
const NOWHERE = { 404: 'The link leads nowhere (any more).' };
const ROOM = 'Above a limit of the workspace, the account or a file.';
const MAKES = { needs: 'links.make', access: 'device', tag: 'Links' } as const;
const one = { access: 'device', tag: 'Files', path: { id: id(16) } } as const;
const link = { tag: 'Links', path: { id: id(16) } } as const;

export const FILES = {
  [`GET ${PATHS.files}`]: {
    summary: 'Files of one’s own, and what they take',
    tag: 'Files',
    access: 'device',
    answers: {
      200: record<shape.FileUsage>('FileUsage', {
        used: whole(),
        limit: whole(),
        workspaceUsed: whole(),
        workspaceLimit: whole(),
        maxFileBytes: whole(),
        defaultExpiryDays: nullable(whole()),
        files: list(file),
      }),
    },
  },
  [`POST ${PATHS.files}`]: {
    summary: 'Begin a file',
    tag: 'Files',
    access: 'device',
    body: record<shape.FileUpload>('FileUpload', {
      id: fileId,
      size: whole(),
      conversation: nullable(id(32)),
      expiresAt: nullable(moment),
    }),
    answers: { 201: file },
    refusals: { 404: 'There is no such conversation for this account.', 409: 'The id is taken.', 413: ROOM },
  },
  [`GET ${PATHS.files}/:id`]: {
    ...one,
    summary: 'What the server knows of a file',
    answers: { 200: file },
    refusals: UNKNOWN,
  },
  [`DELETE ${PATHS.files}/:id`]: {
    ...one,
    summary: 'Delete a file of one’s own',
    answers: { 204: null },
    refusals: UNKNOWN,
  },
  [`PUT ${PATHS.files}/:id/chunks/:n`]: {
    summary: `Store a sealed chunk, or up to ${MAX_RUN_CHUNKS} that follow each other, in a row; with a session, or a visit in the header sotto-visit`,
    tag: 'Files',
    access: 'device',
    path: { id: id(16), n: number },
    body: { bytes: MAX_RUN_BYTES },
    answers: { 204: null },
    refusals: { ...UNKNOWN, 409: 'It is complete, or other bytes are in this place.', 413: ROOM },
  },
  [`GET ${PATHS.files}/:id/chunks/:n`]: {
    summary: 'A sealed chunk; with a session, or a visit in the header sotto-visit',
    tag: 'Files',
    access: 'device',
    path: { id: id(16), n: number },
    answers: { 200: 'bytes' },
    refusals: UNKNOWN,
  },
  [`GET ${PATHS.files}/:id/hashes`]: {
    ...one,
    summary: 'SHA-256 of each chunk, 32 bytes each; with a session, or a visit in the header sotto-visit',
    answers: { 200: 'bytes' },
    refusals: UNKNOWN,
  },
  [`GET ${PATHS.files}/:id/direct/:n`]: {
    summary:
      'Where a sealed chunk, and up to seven after it, can be fetched without this server, for a minute; empty unless the workspace allows it. With a session, or a visit in the header sotto-visit',
    tag: 'Files',
    access: 'device',
    path: { id: id(16), n: number },
    answers: { 200: record<shape.DirectChunks>('DirectChunks', { urls: list(text()) }) },
    refusals: UNKNOWN,
  },
  [`POST ${PATHS.files}/:id/complete`]: {
    ...one,
    summary: 'Every chunk is there',
    answers: { 200: file },
    refusals: { ...UNKNOWN, 409: 'Chunks are missing.' },
  },
  [`PUT ${PATHS.files}/:id/expiry`]: {
    ...one,
    summary: 'When a file is deleted by itself',
    body: record<shape.FileExpiryRequest>('FileExpiryRequest', { expiresAt: nullable(moment) }),
    answers: { 200: file },
    refusals: UNKNOWN,
  },
  [`PUT ${PATHS.files}/:id/places/:conversation`]: {
    summary: 'Members of a conversation may fetch it too',
    tag: 'Files',
    access: 'device',
    path: { id: id(16), conversation: id(32) },
    answers: { 204: null },
    refusals: { ...UNKNOWN, 409: 'It is not complete, or in as many conversations as it can be.' },
  },
  [`DELETE ${PATHS.files}/:id/places/:conversation`]: {
    summary: 'They may not any more',
    tag: 'Files',
    access: 'device',
    path: { id: id(16), conversation: id(32) },
    answers: { 204: null },
    refusals: UNKNOWN,
  },
  [`GET ${PATHS.shares}`]: {
    ...MAKES,
    summary: 'Links to files of one’s own',
    answers: { 200: list(share) },
  },
  [`POST ${PATHS.shares}`]: {
    ...MAKES,
    summary: 'Make a link to a file',
    body: record<shares.ShareRequest>('ShareRequest', {
      id: id(16),
      file: fileId,
      manifest,
      password: nullable(
        object<NonNullable<shares.ShareRequest['password']>>({ ...cost, proof: base64(32) }),
      ),
      expiresAt: moment,
      downloads: nullable(whole(1, 10_000)),
    }),
    answers: { 201: share },
    refusals: { ...UNKNOWN, 409: 'The id is taken, or there are as many links as can be.' },
  },
  [`DELETE ${PATHS.shares}/:id`]: {
    ...link,
    ...MAKES,
    summary: 'End a link',
    answers: { 204: null },
    refusals: NOWHERE,
  },
  [`GET ${PATHS.shares}/:id/offer`]: {
    ...link,
    access: 'open',
    summary: 'What a visitor needs to know before the visit',
    answers: {
      200: record<shares.ShareOffer>('ShareOffer', {
        password: nullable(record<shares.SharePassword>('SharePassword', cost)),
        size: whole(),
        expiresAt: moment,
      }),
    },
    refusals: NOWHERE,
  },
  [`POST ${PATHS.shares}/:id/visits`]: {
    ...link,
    access: 'open',
    summary: 'Begin a visit',
    body: record<shares.ShareVisitRequest>('ShareVisitRequest', { proof: nullable(base64(32)) }),
    answers: { 200: record<shares.ShareVisit>('ShareVisit', { visit: text(), file: fileId, manifest }) },
    refusals: NOWHERE,
  },
  [`GET ${PATHS.fileRequests}`]: {
    ...MAKES,
    summary: 'Requests for files of one’s own, and what was handed in',
    answers: { 200: list(fileRequest) },
  },
  [`POST ${PATHS.fileRequests}`]: {
    ...MAKES,
    summary: 'Make a link by which others hand files in',
    body: record<shares.FileRequestRequest>('FileRequestRequest', {
      id: id(16),
      offer: base64({ min: 1, max: shares.MAX_OFFER_BYTES }),
      expiresAt: moment,
      files: whole(1, shares.MAX_REQUEST_FILES),
      maxFileBytes: whole(1, MAX_FILE_BYTES),
    }),
    answers: { 201: fileRequest },
    refusals: { 409: 'The id is taken, or there are as many requests as can be.' },
  },
  [`DELETE ${PATHS.fileRequests}/:id`]: {
    ...link,
    ...MAKES,
    summary: 'End a request',
    answers: { 204: null },
    refusals: NOWHERE,
  },
  [`GET ${PATHS.fileRequests}/:id/offer`]: {
    ...link,
    access: 'open',
    summary: 'What a visitor needs to hand files in',
    answers: {
      200: record<shares.FileRequestOffer>('FileRequestOffer', {
        offer: base64({ min: 1, max: shares.MAX_OFFER_BYTES }),
        expiresAt: moment,
        maxFileBytes: whole(1),
        filesLeft: whole(),
      }),
    },
    refusals: NOWHERE,
  },
  [`POST ${PATHS.fileRequests}/:id/uploads`]: {
    ...link,
    access: 'open',
    summary: 'Begin to hand a file in',
    body: record<shares.HandInStart>('HandInStart', { file: fileId, size: whole(0, MAX_FILE_BYTES) }),
    answers: { 201: record<shares.HandIn>('HandIn', { visit: text() }) },
    refusals: { ...NOWHERE, 409: 'The id is taken.', 413: ROOM },
  },
  [`POST ${PATHS.fileRequests}/:id/uploads/:file`]: {
    summary: 'Hand it in; with the visit that began it',
    tag: 'Links',
    access: 'open',
    path: { id: id(16), file: id(16) },
    body: record<shares.HandInRequest>('HandInRequest', { manifest }),
    answers: { 204: null },
    refusals: { ...NOWHERE, 409: 'Chunks are missing.' },
  },
  [`DELETE ${PATHS.fileRequests}/:id/uploads/:file`]: {
    ...MAKES,
    summary: 'It was taken, or is not wanted',
    path: { id: id(16), file: id(16) },
    answers: { 204: null },
    refusals: NOWHERE,
  },
} as const satisfies Operations;
