/** The page's end of the search worker: started when there is something to do, ended when there has been nothing for a while. */
import type { EngineEvent } from '../../client/engine-types.ts';
import { isForgetting } from '../../client/search/cleaning.ts';
import type { Answer } from '../../client/search/history-search.ts';
import type { Names } from '../../client/search/names.ts';
import { t } from '../../contract/words.ts';
import { engine, onEvent } from '../session.ts';
import { workerAddress } from '../trusted-types.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Without a question for so long, the worker ends: the index in memory is megabytes. */
const IDLE_MS = 3 * 60_000;
/** Changes come in bursts. */
const BURST_MS = 400;
/** While nobody searches, so many changes wait for each other; what was taken back waits only for the burst to end. */
const ENOUGH = 200;

let worker: Worker | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;
let burst: ReturnType<typeof setTimeout> | undefined;
let changes = 0;
let asked = 0;
/** Somebody has asked this worker something. */
let isUsed = false;
const answers = new Map<number, (answer: Answer) => void>();
const hearers = new Set<(message: FromWorker) => void>();
let names: Names = { conversations: [], people: [] };

/** Everybody and everything that filters may name, as the worker last told. */
export const knownNames = (): Names => names;

/** Calls the listener for what the worker says of itself. */
export function onWorker(listener: (message: FromWorker) => void): void {
  hearers.add(listener);
}

/** Resolves with the answer; never, when another question has been asked in the meantime. */
export async function ask(typed: string, limit: number): Promise<Answer> {
  const id = ++asked;
  isUsed = true;
  answers.clear();
  const answer = new Promise<Answer>((resolve) => answers.set(id, resolve));
  await say({ type: 'ask', id, typed, limit });
  return answer;
}

/** Indexes what there is to index, and ends again when nobody searches. */
export const wake = (): Promise<void> => say({ type: 'changed' });

async function say(message: ToWorker): Promise<void> {
  const { account } = (await engine).self;
  if (!worker) {
    worker = new Worker(workerAddress('search-worker'), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
    worker.onerror = () => {
      end();
      hear({ type: 'failed', reason: t('The search could not start. Load the page again.') });
    };
    send({ type: 'open', account });
  }
  send(message);
  clearTimeout(ending);
  ending = setTimeout(end, IDLE_MS);
}

function send(message: ToWorker): void {
  worker?.postMessage(message);
}

function hear(message: FromWorker): void {
  if (message.type === 'names') names = message.names;
  if (message.type === 'answer') {
    answers.get(message.id)?.(message.answer);
    answers.delete(message.id);
  }
  for (const hearer of hearers) hearer(message);
  if (message.type === 'done' && !isUsed) end();
}

function end(): void {
  clearTimeout(ending);
  worker?.terminate();
  worker = null;
  isUsed = false;
}

onEvent((event) => {
  const count = changesIn(event);
  if (count === 0) return;
  changes += count;
  clearTimeout(burst);
  if (worker || changes >= ENOUGH) burst = setTimeout(tellChanges, BURST_MS);
});

function tellChanges(): void {
  changes = 0;
  if (worker) send({ type: 'changed' });
  else void wake();
}

/** How many messages are other ones now; what is gone, or has another text, counts as enough. */
function changesIn(event: EngineEvent): number {
  switch (event.type) {
    case 'message':
      return 1;
    case 'restored':
      return event.ids.length;
    case 'removed':
    case 'updated':
      return isForgetting(event) ? ENOUGH : 0;
    case 'conversation':
    case 'peer':
      return worker ? 1 : 0;
    default:
      return 0;
  }
}
