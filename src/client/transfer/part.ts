/** Which blob a part of a parcel is. */
import { fromHex } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import type { BlobPlace } from '../../protocol/archive.ts';
import { concat, u32be } from '../../protocol/codec.ts';

/** Part `n` of a parcel for this account; it opens as no other part and for nobody else. */
export const partPlace = (
  account: AccountId,
  { id, key }: { readonly id: string; readonly key: Uint8Array },
  n: number,
): BlobPlace => ({ key, label: 'parcel', account: fromHex(account), id: concat(fromHex(id), u32be(n)) });
