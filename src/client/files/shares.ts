/** One's own links to files: made, listed, ended. */
import { toBase64 } from '../../contract/bytes.ts';
import { type ShareId, type ShareRecord, shareId } from '../../contract/shares.ts';
import { t } from '../../contract/words.ts';
import { PASSWORD_DEFAULTS } from '../../protocol/password.ts';
import { LINK_KEY_BYTES, type ShareSecret, sealShare, shareProof } from '../../protocol/share.ts';
import type { Context } from '../context.ts';
import { TransportRefused } from '../ports.ts';
import { forgetOverLinks, forgetShare, type KeptShare, keepShare, readShare } from './kept-links.ts';
import type { NewShareLink, ShareLink } from './sharing-types.ts';
import { type FileView, manifestOf } from './view.ts';

/** Bytes of a link's id, and of a password's salt. */
const ID_BYTES = 16;

/**
 * The key is kept before the server hears of the link, so that no link is there that nobody could show again.
 * @throws Error with a sentence, TransportRefused, TransportFailed
 */
export async function makeShare(
  ctx: Context,
  file: FileView,
  { password, expiresAt, downloads }: NewShareLink,
): Promise<ShareLink> {
  if (password !== null && password.text.trim() === '')
    throw new Error(t('Type a password, or make the link without one.'));
  const { random } = ctx.crypto;
  const id = random(ID_BYTES);
  const salt = random(ID_BYTES);
  const hashed = password && (await password.hash(password.text, { ...PASSWORD_DEFAULTS, salt }));
  const secret: ShareSecret = { id, key: random(LINK_KEY_BYTES), password: hashed };
  const manifest = await sealShare(ctx.crypto, secret, manifestOf(file));
  const kept: KeptShare = { file: file.id, name: file.name, key: secret.key, expiresAt };
  await ctx.operate(async (op) => {
    await forgetOverLinks(op, ctx.now());
    await keepShare(op, ctx, shareId(id), kept);
  });
  ctx.wakes.flush();
  const made = await (await ctx.transport.sharing()).createShare({
    id: shareId(id),
    file: file.id,
    manifest: toBase64(manifest),
    password:
      hashed === null
        ? null
        : { ...PASSWORD_DEFAULTS, salt: toBase64(salt), proof: toBase64(shareProof(secret)) },
    expiresAt,
    downloads,
  });
  return linkOf(made, kept);
}

/** Throws TransportRefused, TransportFailed. */
export async function listShares(ctx: Context): Promise<readonly ShareLink[]> {
  const records = await (await ctx.transport.sharing()).shares();
  return Promise.all(records.map(async (each) => linkOf(each, await readShare(ctx.storage, each.id))));
}

export async function endShare(ctx: Context, id: ShareId): Promise<void> {
  await ended(async () => (await ctx.transport.sharing()).endShare(id));
  await ctx.operate(async (op) => forgetShare(op, id));
}

/** What is over at the server already is over. */
export async function ended(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof TransportRefused && error.status === 404)) throw error;
  }
}

const linkOf = (made: ShareRecord, kept: KeptShare | null): ShareLink => ({
  ...made,
  name: kept?.name ?? null,
  key: kept === null ? null : toBase64(kept.key),
});
