/**
 * The floor: the same job without accounts, sessions, checks, JSON or idempotence, in as few lines as it takes. Durable
 * before it answers (one transaction and one sync for all that came in a turn of the event loop), in order, deleted when
 * acknowledged. What a relay on this machine could do at most with this runtime and this database.
 *
 * Frames in: 1 | u16 count | count * u16 recipient | u32 bodyLength | body | envelopes of 176 B; or 2 | f64 seqs.
 * Frames out: 1 (accepted); or 2 | f64 seq | body | envelope.
 */
import { Database } from 'bun:sqlite';
import { answerQuestions, type Circle, report } from './child.ts';

interface Peer {
  readonly out: Uint8Array[];
  name: number;
}
type Socket = Bun.ServerWebSocket<Peer>;

const ENVELOPE = 176;
const database = new Database(process.argv[2] ?? ':memory:', { create: true });
database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
  CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB);
  CREATE TABLE queue (seq INTEGER PRIMARY KEY, device INTEGER, body INTEGER, envelope BLOB)`);
const insertBody = database.prepare('INSERT INTO bodies VALUES (?, ?)');
const insert = database.prepare('INSERT INTO queue VALUES (?, ?, ?, ?)');
const remove = database.prepare('DELETE FROM queue WHERE seq = ?');
const removeBody = database.prepare('DELETE FROM bodies WHERE id = ?');

const sockets = new Map<number, Socket>();
/** Of messages to several: the body of each envelope, and how many still wait for it. */
const bodyOf = new Map<number, number>();
const waiting = new Map<number, number>();
let queue: { readonly from: Socket; readonly frame: Uint8Array }[] = [];
let seq = 0;

function flush(): void {
  const batch = queue;
  queue = [];
  const touched = new Set<Socket>();
  const tell = (socket: Socket | undefined, frame: Uint8Array) => {
    if (!socket) return;
    socket.data.out.push(frame);
    touched.add(socket);
  };
  database.exec('BEGIN IMMEDIATE');
  for (const { from, frame } of batch) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    if (frame[0] === 2) for (let at = 1; at < frame.length; at += 8) acknowledge(view.getFloat64(at));
    else {
      const count = view.getUint16(1);
      const bodyAt = 3 + 2 * count + 4;
      const bodyEnd = bodyAt + view.getUint32(bodyAt - 4);
      const body = frame.subarray(bodyAt, bodyEnd);
      const shared = count > 1 ? seq + 1 : null;
      if (shared !== null) {
        insertBody.run(shared, body);
        waiting.set(shared, count);
      }
      for (let index = 0; index < count; index++) {
        const device = view.getUint16(3 + 2 * index);
        const at = bodyEnd + index * ENVELOPE;
        // For one recipient, body and envelope stand side by side and are one value.
        const stored = frame.subarray(shared === null ? bodyAt : at, at + ENVELOPE);
        insert.run(++seq, device, shared, stored);
        if (shared !== null) bodyOf.set(seq, shared);
        const out = new Uint8Array(9 + body.length + ENVELOPE);
        out[0] = 2;
        new DataView(out.buffer).setFloat64(1, seq);
        out.set(body, 9);
        out.set(frame.subarray(at, at + ENVELOPE), 9 + body.length);
        tell(sockets.get(device), out);
      }
      tell(from, ACCEPTED);
    }
  }
  database.exec('COMMIT');
  for (const socket of touched)
    socket.cork(() => {
      for (const frame of socket.data.out.splice(0)) socket.sendBinary(frame);
    });
}

function acknowledge(number: number): void {
  remove.run(number);
  const body = bodyOf.get(number);
  if (body === undefined) return;
  bodyOf.delete(number);
  const left = (waiting.get(body) ?? 0) - 1;
  waiting.set(body, left);
  if (left === 0 && waiting.delete(body)) removeBody.run(body);
}

const ACCEPTED = new Uint8Array([1]);

const server = Bun.serve<Peer, never>({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, self) {
    const name = Number(new URL(request.url).pathname.slice(1));
    return self.upgrade(request, { data: { out: [], name } }) ? undefined : new Response('', { status: 400 });
  },
  websocket: {
    open: (ws) => void sockets.set(ws.data.name, ws),
    message(ws, frame) {
      if (typeof frame === 'string') return;
      if (queue.push({ from: ws, frame }) === 1) setImmediate(flush);
    },
    close: (ws) => void sockets.delete(ws.data.name),
  },
});

answerQuestions(async (question) => {
  const circles: Circle[] = [];
  if (question.ask === 'seed')
    for (let circle = 0; circle < question.circles; circle++)
      circles.push({
        conversation: '',
        members: Array.from({ length: question.people }, (_, index) => ({
          cookie: '',
          account: '',
          device: String(circle * question.people + index),
        })),
      });
  return { kind: 'seeded', circles };
});
report({ kind: 'ready', port: server.port ?? 0 });
