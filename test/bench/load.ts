/** The load: clients that keep so many messages in flight, over the real protocol or over the floor's. */
import { randomFillSync } from 'node:crypto';
import { fromHex } from '../../src/contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { SOCKET_PROTOCOL } from '../../src/contract/relay.ts';
import { makeBodyId } from '../../src/protocol/body-header.ts';
import { makePost, randomBytes } from '../support/relay.ts';
import { openWebSocket } from '../support/socket.ts';
import type { Circle, Client } from './child.ts';

/** One connected client, whatever it speaks. */
export interface Peer {
  /** Called for each message that arrives. */
  onDelivery: () => void;
  /** Called when the server says that one of ours is on its disk. */
  onAccepted: () => void;
  /** Sends one message to everybody else in the circle. */
  send(): void;
  close(): void;
}

export type Dialect = (port: number, circle: Circle, client: Client) => Promise<Peer>;

const BODY_BYTES = 700;
const ENVELOPE_BYTES = 176;

/** `sotto.json.v1`: the frames that the command line sends and gets. */
export const sotto: Dialect = async (port, circle, client) => {
  const options: Bun.WebSocketOptions = { headers: { cookie: client.cookie }, protocols: [SOCKET_PROTOCOL] };
  const ws = openWebSocket(`ws://127.0.0.1:${port}${PATHS.socket}`, options);
  const others = circle.members.filter((member) => member !== client);
  const { id, bytes } = makePost({
    sender: { account: client.account as AccountId, device: client.device as DeviceId },
    conversation: circle.conversation as ConversationId,
    to: others.map(({ device }) => device as DeviceId),
    bodyBytes: BODY_BYTES,
  });
  // Every message is another one: only the id changes, which is enough for a relay that cannot look inside.
  const at = Buffer.from(bytes.buffer).indexOf(fromHex(id));
  const idBytes = bytes.subarray(at, at + 16);
  let acknowledgements: string[] = [];
  const peer: Peer = {
    onDelivery: () => {},
    onAccepted: () => {},
    send() {
      idBytes.set(makeBodyId({ random: randomBytes, clock: Date.now }));
      ws.send(
        `{"do":"send","ref":1,"post":"${bytes.toBase64({ alphabet: 'base64url', omitPadding: true })}"}`,
      );
    },
    close: () => ws.close(),
  };
  ws.onmessage = ({ data }: MessageEvent<string>) => {
    if (data.startsWith('{"event":"envelope"')) {
      const from = data.indexOf('"seq":') + 6;
      const seq = data.slice(from, data.indexOf(',', from));
      if (acknowledgements.push(seq) === 1)
        setImmediate(() => {
          ws.send(`{"do":"acknowledge","seqs":[${acknowledgements.join()}]}`);
          acknowledgements = [];
        });
      peer.onDelivery();
    } else if (data.startsWith('{"event":"accepted"')) peer.onAccepted();
    else if (data.startsWith('{"event":"refused"')) throw new Error(data);
  };
  await opened(ws);
  return peer;
};

/** The floor's binary frames. */
export const floor: Dialect = async (port, circle, client) => {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${client.device}`);
  ws.binaryType = 'arraybuffer';
  const others = circle.members.filter((member) => member !== client);
  const frame = new Uint8Array(3 + 2 * others.length + 4 + BODY_BYTES + others.length * ENVELOPE_BYTES);
  const view = new DataView(frame.buffer);
  randomFillSync(frame);
  frame[0] = 1;
  view.setUint16(1, others.length);
  for (const [index, { device }] of others.entries()) view.setUint16(3 + 2 * index, Number(device));
  view.setUint32(3 + 2 * others.length, BODY_BYTES);
  let acknowledgements: number[] = [];
  const peer: Peer = {
    onDelivery: () => {},
    onAccepted: () => {},
    send: () => ws.send(frame),
    close: () => ws.close(),
  };
  ws.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const incoming = new DataView(data);
    if (incoming.getUint8(0) === 1) return peer.onAccepted();
    if (acknowledgements.push(incoming.getFloat64(1)) === 1)
      setImmediate(() => {
        const out = new DataView(new ArrayBuffer(1 + 8 * acknowledgements.length));
        out.setUint8(0, 2);
        for (const [index, seq] of acknowledgements.entries()) out.setFloat64(1 + 8 * index, seq);
        ws.send(out.buffer);
        acknowledgements = [];
      });
    peer.onDelivery();
  };
  await opened(ws);
  return peer;
};

/** Everybody of these circles, connected; the first of each circle writes. Those of one circle are on different nodes where there are some. */
export function connectAll(
  dialect: Dialect,
  ports: readonly number[],
  circles: readonly Circle[],
): Promise<Peer[][]> {
  return Promise.all(
    circles.map((circle, c) =>
      Promise.all(
        circle.members.map((client, m) => dialect(ports[(c + m) % ports.length] ?? 0, circle, client)),
      ),
    ),
  );
}

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.onopen = () => resolve();
    ws.onerror = () => reject(new Error('could not connect'));
  });
}
