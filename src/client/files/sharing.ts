/** Links for people without an account, for those who have one. */
import type { Context } from '../context.ts';
import { endRequest, keepReceived, listRequests, makeRequest, throwAway } from './requests.ts';
import { endShare, listShares, makeShare } from './shares.ts';
import type { Sharing } from './sharing-types.ts';

export const openSharing = (ctx: Context): Sharing => ({
  share: (file, link) => makeShare(ctx, file, link),
  shares: () => listShares(ctx),
  endShare: (id) => endShare(ctx, id),
  request: (link) => makeRequest(ctx, link),
  requests: () => listRequests(ctx),
  endRequest: (id) => endRequest(ctx, id),
  keep: (id, file, conversation) => keepReceived(ctx, id, file, conversation),
  throwAway: (id, file) => throwAway(ctx, id, file),
});
