// biome-ignore-all format: one row is one mutation
/** History outside a device without one of its defences. */
import { type Mutation, under } from './mutation.ts';

const CLIENT: readonly Mutation[] = under('src/client', [
  ['an identity that no admin has signed for is given history', 'R4', 'transfer/ask.ts',
    [['if (entry === null || !isConfirmed(chain, peer, ctx.log.log)) return;',
      'if (entry === null || peer.changed !== null) return;']], ['transfer/member-history.test.ts']],
  ['a secret leaves with the backup', 'R18', 'archive/choices.ts',
    [['  const receipts = await readRecord(reads,',
      "  entries.push({ kind: ENTRY.setting, id: new Uint8Array(1), value: (await reads.get('secrets', 'device')) ?? new Uint8Array() });\n  const receipts = await readRecord(reads,"]], ['backup/rooms.test.ts']],
  ['an older backup is taken', 'R10', 'backup/manifest.ts',
    [['throw new Untrusted(OLDER);',
      'await Promise.resolve(OLDER);']], ['backup/backup.test.ts']],
  ['of one version of a backup another one is taken', 'R10', 'backup/manifest.ts',
    [['!equalBytes(manifest.root, seen.root))\n      throw new Untrusted(OTHER);',
      '!equalBytes(manifest.root, seen.root))\n      void OTHER;']], ['backup/backup.test.ts']],
  ['what one’s own devices have seen counts for nothing', 'R10', 'backup/manifest.ts',
    [['Math.max(seen.version, heard?.version ?? 0)',
      'seen.version']], ['backup/backup.test.ts']],
  ['words of elsewhere are verified because they say so', 'R19', 'archive/apply.ts',
    [['verified: own ? record.verified : isProven,',
      'verified: own || !isProven || isProven ? record.verified : false,']], ['archive/apply.test.ts']],
  ['an original proves whatever stands beside it', 'R19', 'archive/verify.ts',
    [[' || words.text !== text) return false;',
      ') return false;']], ['archive/apply.test.ts']],
  ['what is here is overwritten from elsewhere', 'R19', 'archive/converge.ts',
    [['...(opens || isNewer ? wordsOf(record) : {}),',
      '...(opens || isNewer || record.text !== message.text ? wordsOf(record) : {}),']], ['archive/apply.test.ts']],
  ['marks of strangers count', 'R19', 'archive/apply.ts',
    [['const known = isOwn(options) ? record.marks : null;',
      'const known = record.marks;']], ['archive/apply.test.ts']],
  ['what is over comes back', 'R28', 'archive/apply.ts',
    [['if ((expiresAt !== null && expiresAt <= now) || (await isForgotten(op, id))) return \'refused\';',
      'if (expiresAt === 0 && (await isForgotten(op, id))) return \'refused\';']], ['archive/apply.test.ts']],
]);
const WIRE: readonly Mutation[] = under('src/protocol', [
  ['a backup is not padded', 'R7', 'archive.ts',
    [['purposeOf(place), pad(content));',
      'purposeOf(place), content.length > 0 ? content : pad(content));'],
     ['return unpad(await openCommitting(crypto, purposeOf(place), sealed));',
      'const opened = await openCommitting(crypto, purposeOf(place), sealed);\n  return opened.length < 0 ? unpad(opened) : opened;']], ['src/client/backup/backup.test.ts']],
]);

export const HISTORY: readonly Mutation[] = [...CLIENT, ...WIRE];
