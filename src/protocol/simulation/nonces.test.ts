/**
 * No AES-GCM key meets a nonce twice [R21], although senders crash and fall back to states they had before. 2,000
 * messages in CI; SOTTO_LONG=1 seals a million.
 */
import { expect, test } from 'bun:test';
import { ProtocolError } from '../errors.ts';
import { hash } from '../hash.ts';
import { kxPayload } from '../payload.ts';
import type { Session } from '../session.ts';
import { cheapSignatures, observed, seededRandom, simulatedCrypto } from './crypto.ts';
import { acquainted, createDevice, receive, sealFor, sessionContent, type Wire } from './device.ts';

const LONG = process.env.SOTTO_LONG === '1';
const MESSAGES = LONG ? 1_000_000 : 2_000;

test(
  `${MESSAGES} messages, with crashes and rollbacks, never repeat a key and nonce`,
  async () => {
    const clock = { now: 1_800_000_000_000 };
    const used = new Set<string>();
    let sealed = 0;
    const provider = observed(cheapSignatures, (key, nonce) => {
      used.add(hash(key, nonce).subarray(0, 12).toBase64());
      sealed++;
    });
    const mina = await createDevice(simulatedCrypto('mina', clock, provider));
    const noor = await createDevice(simulatedCrypto('noor', clock, provider));
    const dice = seededRandom('the course of events');
    const roll = (sides: number) => ((dice(2)[0] ?? 0) * 256 + (dice(1)[0] ?? 0)) % sides;
    const payload = kxPayload.encode({ type: 'empty', epoch: 0 });
    const content = (root: Uint8Array) => sessionContent('kx', payload, root, clock.now);

    let rollbacks = 0;
    let refused = 0;
    let sessions = await acquainted(mina, noor);
    let history: (typeof sessions)[] = [sessions];
    let underway: { readonly to: 'a' | 'b'; readonly wire: Wire }[] = [];
    const set = (side: 'a' | 'b', session: Session) => {
      sessions = { ...sessions, [side]: session };
      history = [...history.slice(-15), sessions];
    };
    for (let count = 0; count < MESSAGES; count++) {
      const side = roll(2) === 0 ? 'a' : 'b';
      const [sender, receiver] = side === 'a' ? [mina, noor] : [noor, mina];
      const wire = await sealFor(sender, sessions[side], content, 2);
      // Now and then the sender dies before its commit, after the ciphertext was made.
      if (roll(20) !== 0) set(side, wire.session);
      underway.push({ to: side === 'a' ? 'b' : 'a', wire });
      if (roll(5) === 0) {
        const [next] = underway.splice(roll(underway.length), 1);
        const to = next?.to === 'a' ? mina : noor;
        const from = next?.to === 'a' ? noor : mina;
        try {
          if (next !== undefined)
            set(next.to, (await receive(to, sessions[next.to], from, next.wire)).session);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          refused++;
        }
      }
      // Or comes back from an old copy of its disk.
      if (roll(25) === 0) {
        const old = history[roll(history.length)];
        if (old !== undefined) sessions = { ...sessions, [side]: old[side] };
        rollbacks++;
      }
      if (roll(200) === 0) {
        sessions = await acquainted(sender, receiver).then(({ a, b }) =>
          side === 'a' ? { a, b } : { a: b, b: a },
        );
        history = [sessions];
        underway = [];
      }
    }
    expect(sealed).toBeGreaterThanOrEqual(2 * MESSAGES);
    expect(used.size).toBe(sealed);
    // The events that could repeat one did happen.
    expect(rollbacks).toBeGreaterThan(MESSAGES / 50);
    expect(refused).toBeGreaterThan(MESSAGES / 200);
    console.log(`nonces: ${sealed} seals, ${rollbacks} rollbacks, ${refused} refusals, no repeat`);
  },
  LONG ? 7_200_000 : 60_000,
);
