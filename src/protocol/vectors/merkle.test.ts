import { describe, expect, test } from 'bun:test';
import { haveVectors, loadVectors } from '../../../test/support/vectors.ts';
import { sha256 } from '../hash.ts';
import { verifyInclusion } from '../merkle.ts';

const base64 = (text: string | null): Uint8Array => Uint8Array.fromBase64(text ?? '');

describe.skipIf(!haveVectors())('Merkle trees, known answers', () => {
  test('RFC 6962 inclusion proofs, with everything that is wrong', () => {
    const cases =
      loadVectors<
        Readonly<
          Record<
            string,
            {
              leafIdx: number;
              treeSize: number;
              root: string | null;
              leafHash: string | null;
              proof: readonly string[] | null;
              wantErr: boolean;
            }
          >
        >
      >('rfc6962_inclusion.json');
    const verdicts = { true: 0, false: 0 };
    for (const [name, { leafIdx, treeSize, root, leafHash, proof, wantErr }] of Object.entries(cases)) {
      const verdict = verifyInclusion(sha256, {
        leaf: base64(leafHash),
        index: leafIdx,
        size: treeSize,
        path: (proof ?? []).map(base64),
        root: base64(root),
      });
      expect([name, verdict]).toEqual([name, !wantErr]);
      verdicts[`${verdict}`]++;
    }
    expect(verdicts.true).toBeGreaterThan(0);
    expect(verdicts.false).toBeGreaterThan(0);
  });
});
