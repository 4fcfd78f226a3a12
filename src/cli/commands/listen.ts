/** `listen`: prints what arrives, each message once, until enough has come. */
import { MAX_FILE_BYTES } from '../../contract/files.ts';
import { Carrying } from '../carrying.ts';
import type { Command } from '../command.ts';
import { atMost, openDevice, tellNews, tellNotices } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { Printer } from '../printer.ts';
import { Receiver } from '../receiver.ts';
import { openFolder } from '../saving.ts';
import { sweep } from '../sending-files.ts';
import { byteSize, duration, wholeNumber } from '../values.ts';

/** With --count, what came by then is all: 10 seconds. */
const DEFAULT_TIMEOUT = '10s';
/** Milliseconds between two looks at whether another command has taken something in, or sends files. */
const LOOK_MS = 250;
const CARRY_MS = 2000;
/** Milliseconds that acknowledgements, answers and receipts get to leave at the end. */
const FINISH_MS = 10_000;

export const listen: Command = async ({ home, option, isSet, json, output, io }) => {
  const most = option('count');
  const count = most === null ? null : wholeNumber('count', most);
  const timeout = duration('timeout', option('timeout') ?? (count === null ? 'none' : DEFAULT_TIMEOUT));

  const folder = option('download');
  const largest = option('max-size');
  if (folder === null && largest !== null) throw new WrongUse('--max-size goes with --download.');
  const maxSize = largest === null ? MAX_FILE_BYTES : byteSize('max-size', largest);
  if (folder !== null) await openFolder(folder);

  const device = await openDevice(home, { live: true });
  const { engine, line, server } = device;
  const ended = Promise.withResolvers<'enough' | 'time' | 'interrupted' | 'signed out'>();
  const receiver =
    folder === null
      ? null
      : new Receiver(device, { folder, maxSize }, { output, io, json }, () => printer.look());
  const printer = new Printer(device, output, {
    most: count ?? Number.POSITIVE_INFINITY,
    own: isSet('own'),
    changes: isSet('changes'),
    read: isSet('read'),
    save: receiver && ((message) => receiver.save(message)),
    enough: () => ended.resolve('enough'),
    failed: ended.reject,
  });

  tellNotices(device, output);
  let tellingNews = Promise.resolve();
  server.onSignedOut = () => ended.resolve('signed out');
  engine.subscribe((event) => {
    if (event.type === 'message' || event.type === 'updated') printer.look();
    // What could not be fetched may be had now.
    if (event.type === 'connection' && event.online && receiver !== null) printer.look();
    if (event.type === 'devices') tellingNews = tellingNews.then(() => tellNews(device, output, 'named'));
  });
  // What came in time is saved to its end, however long that takes.
  const whenSaved = () => (receiver?.idle() ?? Promise.resolve()).then(() => ended.resolve('time'));
  const timer = timeout === null ? null : setTimeout(whenSaved, timeout);
  const looking = setInterval(() => printer.lookForOthers(), LOOK_MS);
  const carrying = new Carrying(device, output);
  const lookingForUploads = setInterval(() => carrying.look(), CARRY_MS);
  const endHearing = io.onInterrupt(() => ended.resolve('interrupted'));

  try {
    engine.start();
    (await engine.presence()).setActive(true);
    line?.open();
    printer.look();
    const how = await ended.promise;
    line?.close();
    receiver?.stop();
    await atMost(FINISH_MS, printer.settled());
    if (how === 'signed out') throw await server.whySignedOut();
    await atMost(FINISH_MS, isSet('read') ? device.finishInTime() : device.finish());
    await tellingNews;
    await tellNews(device, output, 'all');
    await sweep(device);
  } finally {
    if (timer !== null) clearTimeout(timer);
    clearInterval(looking);
    clearInterval(lookingForUploads);
    await atMost(FINISH_MS, carrying.settled());
    endHearing();
    await atMost(FINISH_MS, device.close());
  }
  if (count !== null && printer.printed < count)
    throw new Failed(
      `Waited for ${count} ${count === 1 ? 'message' : 'messages'}, and ${printer.printed} came.`,
    );
};
