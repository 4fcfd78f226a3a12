/** What the server may answer about files, checked field by field before anything reads it. */
import { type FileRecord, type FileUsage, isFileId } from '../../contract/files.ts';
import { isConversationId } from '../../contract/ids.ts';
import { account, time } from '../answers.ts';
import { list, nullable, number, record, type Shape, word } from '../stored.ts';

export const fileRecord: Shape<FileRecord> = record({
  id: word(isFileId),
  owner: account,
  size: number,
  createdAt: time,
  completedAt: nullable(time),
  expiresAt: nullable(time),
  missing: list(number),
  conversations: list(word(isConversationId)),
});

export const fileUsage: Shape<FileUsage> = record({
  used: number,
  limit: number,
  workspaceUsed: number,
  workspaceLimit: number,
  maxFileBytes: number,
  defaultExpiryDays: nullable(number),
  files: list(fileRecord),
});
