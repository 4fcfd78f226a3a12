/** Links on a FakeRelay: what an honest server keeps of them; a test puts in what visitors would. */
import type { FileId } from '../../contract/files.ts';
import type { AccountId } from '../../contract/ids.ts';
import type {
  FileRequestEntry,
  FileRequestId,
  FileRequestRecord,
  FileRequestRequest,
  ShareId,
  ShareRequest,
} from '../../contract/shares.ts';
import type { SharingTransport } from '../files/sharing-transport.ts';
import { refused } from './refusals.ts';

type Of<T> = T & { readonly account: AccountId; readonly createdAt: number };
const gone = () => refused(404, 'NotFound', 'There is no such link.');

export class FakeSharing {
  readonly shares = new Map<ShareId, Of<ShareRequest>>();
  readonly requests = new Map<FileRequestId, Of<FileRequestRequest>>();
  readonly received = new Map<FileRequestId, FileRequestEntry[]>();

  constructor(private readonly clock: () => number) {}

  /** The calls of one account. */
  callsOf(account: AccountId, call: <T>(name: 'sharing', act: () => T) => Promise<T>): SharingTransport {
    const ask = <T>(act: () => T) => call('sharing', act);
    const own = <K, V extends { readonly account: AccountId }>(all: ReadonlyMap<K, V>, id: K): V => {
      const found = all.get(id);
      if (found?.account !== account) throw gone();
      return found;
    };
    const shareRecord = ({ id, file, createdAt, expiresAt, password, downloads }: Of<ShareRequest>) => ({
      id,
      file,
      createdAt,
      expiresAt,
      hasPassword: password !== null,
      downloads,
      used: 0,
    });
    const requestRecord = (request: Of<FileRequestRequest>): FileRequestRecord => ({
      ...request,
      received: this.received.get(request.id) ?? [],
    });
    const stamped = <T extends object>(request: T): Of<T> => ({
      ...request,
      account,
      createdAt: this.clock(),
    });
    return {
      shares: () =>
        ask(() => [...this.shares.values()].filter((each) => each.account === account).map(shareRecord)),
      createShare: (share) =>
        ask(() => {
          this.shares.set(share.id, stamped(share));
          return shareRecord(own(this.shares, share.id));
        }),
      endShare: (id) => ask(() => void (own(this.shares, id) && this.shares.delete(id))),
      requests: () =>
        ask(() => [...this.requests.values()].filter((each) => each.account === account).map(requestRecord)),
      createRequest: (request) =>
        ask(() => {
          this.requests.set(request.id, stamped(request));
          return requestRecord(own(this.requests, request.id));
        }),
      endRequest: (id) => ask(() => void (own(this.requests, id) && this.requests.delete(id))),
      take: (id: FileRequestId, file: FileId) =>
        ask(() => {
          const waiting = this.received.get(own(this.requests, id).id) ?? [];
          if (!waiting.some((each) => each.file === file)) throw gone();
          this.received.set(
            id,
            waiting.filter((each) => each.file !== file),
          );
        }),
    };
  }
}
