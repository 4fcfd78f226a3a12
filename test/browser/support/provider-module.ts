/** Both providers, for a test that compares them in a page. */

import { chooseProvider } from '../../../src/native/choose.ts';
import { edwardsOver } from '../../../src/native/ed25519.ts';
import { agreement, encapsulation, sealing, signatures } from '../../../src/native/primitives.ts';
import { isProtocolError } from '../../../src/protocol/errors.ts';
import { noble } from '../../../src/protocol/noble.ts';
import type { Provider } from '../../../src/protocol/provider.ts';

export { chooseProvider, noble };

const edwards = edwardsOver(() => Promise.resolve(noble));
/** The native parts by name. */
export const parts = { agreement, encapsulation, signatures, sealing, edwards };

/** Calls whose answer depends on their arguments alone. */
type Call = Exclude<keyof Provider, 'name' | 'holds' | 'prepare' | 'mlKemEncapsulate' | 'mlDsaSign'>;
/** One call; texts are bytes as hexadecimal. */
export interface Case {
  readonly call: Call;
  readonly args: readonly (number | string)[];
}

/** What a call comes to: bytes as hexadecimal, a verdict, or the code of the refusal. */
export async function outcome(call: () => Promise<unknown>): Promise<string> {
  try {
    const value = await call();
    if (value instanceof Uint8Array) return value.toHex();
    if (typeof value !== 'object' || value === null) return String(value);
    return Object.values(value)
      .map((each) => (each instanceof Uint8Array ? each.toHex() : String(each)))
      .join(' ');
  } catch (error) {
    return isProtocolError(error) ? error.code : `not a refusal of ours: ${error}`;
  }
}

/** Runs every case on both providers: how noble's outcomes are spread, and where the native one differs. */
export async function compare(cases: readonly Case[]): Promise<{
  readonly name: string;
  readonly tally: Record<string, number>;
  readonly differences: string[];
}> {
  const native = await chooseProvider(() => Promise.resolve(noble));
  const tally: Record<string, number> = {};
  const differences: string[] = [];
  for (const { call, args } of cases) {
    const values = args.map((arg) => (typeof arg === 'string' ? Uint8Array.fromHex(arg) : arg));
    const on = (provider: Provider) => outcome(() => Reflect.apply(provider[call], provider, values));
    const [ours, theirs] = [await on(native), await on(noble)];
    const kind = /^(true|false|E_[A-Z]+)$/.test(theirs) ? theirs : 'bytes';
    tally[kind] = (tally[kind] ?? 0) + 1;
    if (ours !== theirs) differences.push(`${call}(${args.join(', ').slice(0, 300)}): ${ours} for ${theirs}`);
  }
  return { name: native.name, tally, differences };
}
