/** Adding a device by approval on another one, against the real server, and against one that lies about it [R38]. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { hashPassword } from '../../src/cli/password-hash.ts';
import {
  EnrolError,
  type EnrolTools,
  enrolDevice,
  newAccountId,
  register,
  revokeDevice,
  signInWithPassword,
  unlockWithPassword,
} from '../../src/client/enrol.ts';
import { type HttpTransportOptions, httpCalls } from '../../src/client/http-relay.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { approveLink, findLink } from '../../src/client/link/approve.ts';
import { httpLinks, type LinkTransport } from '../../src/client/link/link-transport.ts';
import { type LinkTools, type PendingLink, requestLink } from '../../src/client/link/request.ts';
import { MemoryDisk, MemoryStorage } from '../../src/client/memory-storage.ts';
import { STORES, TransportFailed } from '../../src/client/ports.ts';
import { LOG_KEY, readSelf, selfChange } from '../../src/client/self.ts';
import type { SignedIn } from '../../src/contract/accounts.ts';
import { fromBase64, toBase64 } from '../../src/contract/bytes.ts';
import { LINK_LIFETIME_MS } from '../../src/contract/links.ts';
import { runtime } from '../../src/native/runtime.ts';
import { issueCertificate } from '../../src/protocol/certificate.ts';
import { signDeviceList } from '../../src/protocol/device-list.ts';
import { createSigningKeyPair } from '../../src/protocol/identity.ts';
import { linkHash, linkRequestRecord } from '../../src/protocol/link-request.ts';
import { sealLinkGrant } from '../../src/protocol/link-transfer.ts';
import { PASSWORD_FLOOR } from '../../src/protocol/password.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import { startApp, type TestApp } from '../support/app.ts';

const PASSWORD = 'correct horse battery';
const crypto: Crypto = {
  provider: runtime,
  random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  clock: Date.now,
};

let app: TestApp;

type Bend = (honest: LinkTransport) => LinkTransport;
const straight: Bend = (honest) => honest;

/** A place with a disk and a cookie jar; `bend` puts a liar between it and the server's part in linking. */
function place(disk = new MemoryDisk(), bend = straight) {
  let cookie = '';
  const options: HttpTransportOptions = {
    origin: app.origin,
    headers: () => (cookie ? { cookie } : {}),
    onResponse(response) {
      const set = response.headers.get('set-cookie');
      if (set) cookie = set.split(';')[0] ?? '';
    },
  };
  const enrol: EnrolTools = {
    crypto,
    transport: httpTransport(options),
    hashPassword,
    passwordCost: PASSWORD_FLOOR,
    openStorage: async () => new MemoryStorage(disk),
  };
  const links = bend(httpLinks(httpCalls(options)));
  const link: LinkTools = { crypto, links, openStorage: enrol.openStorage, pause: () => Bun.sleep(5) };
  return { enrol, link, disk };
}
type Place = ReturnType<typeof place>;

let mina: Place;
let people = 0;
let username = '';

async function join(name: string, token: string): Promise<Place> {
  const here = place();
  await register(here.enrol, {
    token,
    account: newAccountId(crypto.random),
    username: name,
    name: `Name of ${name}`,
    password: PASSWORD,
    ...(people === 0 ? { workspaceName: 'Harbour' } : {}),
  });
  people++;
  return here;
}
const openVault = async ({ enrol }: Place) =>
  unlockWithPassword(enrol, await enrol.transport.session(), PASSWORD);
const approve = async (here: Place, code: string) => {
  const found = await findLink(here.link, code);
  const unlocked = await openVault(here);
  return approveLink(here.link, unlocked, found, new MemoryStorage(here.disk));
};
const devicesOf = async ({ enrol }: Place) => (await enrol.transport.session()).directory.certificates.length;
const isEmpty = (disk: MemoryDisk) => STORES.every((name) => disk.store(name).size === 0);
async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'done';
  } catch (error) {
    if (error instanceof EnrolError) return error.code;
    throw error;
  }
}

beforeAll(async () => {
  app = await startApp();
  await join('owner', await app.deps.services.invites.createSetupToken());
});
beforeEach(async () => {
  username = `mina${people}`;
  mina = await join(username, (await app.deps.services.invites.create(null)).token);
});
afterAll(() => app.stop());

describe('approval', () => {
  test('makes the new place a device in a session of its own, and both screens show the same check', async () => {
    const phone = place();
    const pending = await requestLink(phone.link, 'Firefox on Linux');
    const found = await findLink(mina.link, pending.code);
    expect(found.agent).toBe('Firefox on Linux');
    const given = await approve(mina, pending.code);
    const offer = await pending.approved();
    expect(offer).toMatchObject({ username, name: `Name of ${username}`, check: given.check });
    expect(await devicesOf(mina)).toBe(1);
    expect(await given.outcome()).toBe('answered');

    const { device, storage, signedIn } = await offer.accept();
    expect(device).toBe(given.device);
    expect(signedIn.device).toBe(device);
    expect((await phone.enrol.transport.session()).device).toBe(device);
    expect(await readSelf(storage)).toMatchObject({ username, published: true, device });
    expect(await given.outcome()).toBe('done');
    expect(await devicesOf(mina)).toBe(2);
  });

  test('takes the text of the QR code, and a code typed without care', async () => {
    const pending = await requestLink(place().link, 'x');
    for (const typed of [pending.text, ` ${pending.code.toLowerCase().replaceAll('-', ' ')}`])
      expect((await findLink(mina.link, typed)).request.length).toBeGreaterThan(3000);
    await pending.cancel();
  });

  test('the device is signed in again like any other', async () => {
    const phone = place();
    const pending = await requestLink(phone.link, 'x');
    await approve(mina, pending.code);
    const { device } = await (await pending.approved()).accept();
    const again = place(phone.disk);
    const unlocked = await signInWithPassword(again.enrol, { username, password: PASSWORD });
    expect(await enrolDevice(again.enrol, unlocked)).toMatchObject({ resumed: true, device });
  });
});

describe('nothing is added', () => {
  test('without the open vault: the server has no certificate to take [R38]', async () => {
    const phone = place();
    const pending = await requestLink(phone.link, 'x');
    const { request } = await findLink(mina.link, pending.code);
    const named = toBase64(linkHash(request));
    // Whoever holds a stolen session can say yes, and has nothing that the account signed.
    await mina.link.links.answerLink({
      request: named,
      certificateHash: toBase64(crypto.random(32)),
      answer: toBase64(crypto.random(4000)),
    });
    expect(await codeOf(pending.approved())).toBe('identity-mismatch');
    expect(await devicesOf(mina)).toBe(1);
  });

  test('when the server exchanges the keys of the request: the code does not fit', async () => {
    const pending = await requestLink(place().link, 'x');
    const evil = await createSigningKeyPair(crypto);
    let signed = 0;
    const liar = (honest: LinkTransport): LinkTransport => ({
      ...honest,
      async findLink(finder) {
        const found = await honest.findLink(finder);
        const request = linkRequestRecord.decode(fromBase64(found.request));
        const swapped = linkRequestRecord.encode({ ...request, signingKey: evil.publicKey });
        return { ...found, request: toBase64(swapped) };
      },
      async answerLink(answer) {
        signed++;
        return honest.answerLink(answer);
      },
    });
    const bent = { ...mina, link: { ...mina.link, links: liar(mina.link.links) } };
    expect(await codeOf(approve(bent, pending.code))).toBe('invalid');
    expect(await codeOf(approve(bent, pending.text))).toBe('invalid');
    expect(signed).toBe(0);
    await pending.cancel();
  });

  test('when the server answers with what no account has signed', async () => {
    const account = crypto.random(16);
    const aik = await createSigningKeyPair(crypto);
    let forge: (request: Uint8Array) => Promise<Uint8Array> = async () => crypto.random(100);
    let request = new Uint8Array();
    const liar: Bend = (honest) => ({
      ...honest,
      startLink(encoded) {
        request = fromBase64(encoded);
        return honest.startLink(encoded);
      },
      linkState: async () => ({ state: 'answered', answer: toBase64(await forge(request)) }),
    });
    const grant = {
      account,
      username,
      name: `Name of ${username}`,
      aik: aik.publicKey,
      certificate: crypto.random(2000),
      deviceList: crypto.random(3500),
      leaf: crypto.random(3500),
      logKey: crypto.random(1984),
      deviceWrapKey: crypto.random(32),
      backupKey: crypto.random(32),
    };
    const phone = place(new MemoryDisk(), liar);
    const first = await requestLink(phone.link, 'x');
    expect(await codeOf(first.approved())).toBe('identity-mismatch');
    forge = async (encoded) => (await sealLinkGrant(crypto, encoded, grant)).answer;
    const second = await requestLink(phone.link, 'x');
    expect(await codeOf(second.approved())).toBe('identity-mismatch');
    expect(isEmpty(phone.disk)).toBe(true);
  });

  test('when the server answers for an account of its own that it has signed for: the checks differ', async () => {
    // Everything as it should be, for a "mina" of the server's own making.
    const made = await openVault(mina);
    const aik = await createSigningKeyPair(crypto);
    const deviceList = await signDeviceList(crypto, aik, {
      account: Uint8Array.fromHex(made.signedIn.account),
      version: 1,
      previous: new Uint8Array(32),
      certificates: [],
      revoked: [],
      vaultVersion: 1,
    });
    const directory = { ...made.signedIn.directory, deviceList: toBase64(deviceList), leaf: null };
    const evil = { ...made, aik, signedIn: { ...made.signedIn, directory } };
    const servers = async () => {
      const storage = new MemoryStorage(new MemoryDisk());
      await storage.commit([{ store: 'meta', key: LOG_KEY, value: crypto.random(1984) }]);
      return storage;
    };
    let answer = '';
    const keeping: LinkTransport = {
      ...mina.link.links,
      answerLink: async (given) => {
        answer = given.answer;
      },
    };
    const phone = place(new MemoryDisk(), (honest) => ({
      ...honest,
      linkState: async () => ({ state: 'answered', answer }),
    }));
    const pending = await requestLink(phone.link, 'x');
    const found = await findLink(mina.link, pending.code);
    await approveLink({ crypto, links: keeping }, evil, found, await servers());
    const given = await approve(mina, pending.code);
    const offer = await pending.approved();
    expect(offer.username).toBe(username);
    expect(offer.check).not.toBe(given.check);
    await offer.decline();
    expect(await given.outcome()).toBe('cancelled');
    expect(await devicesOf(mina)).toBe(1);
    expect(isEmpty(phone.disk)).toBe(true);
  });

  test('when the answer was made for another request', async () => {
    const [one, two] = [place(), place()];
    const first = await requestLink(one.link, 'one');
    let answer = '';
    const keeping = {
      ...mina,
      link: {
        ...mina.link,
        links: {
          ...mina.link.links,
          answerLink: async (given: { readonly answer: string }) => {
            answer = given.answer;
          },
        },
      },
    };
    await approve(keeping, first.code);
    const second = await requestLink(
      {
        ...two.link,
        links: { ...two.link.links, linkState: async () => ({ state: 'answered', answer }) },
      },
      'two',
    );
    expect(await codeOf(second.approved())).toBe('identity-mismatch');
    expect(isEmpty(two.disk)).toBe(true);
    await first.cancel();
  });

  test('when it was declined, cancelled or withdrawn, or is too old', async () => {
    const started = async () => {
      const phone = place();
      return { phone, pending: await requestLink(phone.link, 'x') };
    };
    const declined = await started();
    const given = await approve(mina, declined.pending.code);
    await (await declined.pending.approved()).decline();
    expect(await given.outcome()).toBe('cancelled');

    const cancelled = await started();
    await cancelled.pending.cancel();
    expect(await codeOf(findLink(mina.link, cancelled.pending.code))).toBe('invalid');
    expect(await codeOf(cancelled.pending.approved())).toBe('link-used');

    const withdrawn = await started();
    const taken = await approve(mina, withdrawn.pending.code);
    const offer = await withdrawn.pending.approved();
    await taken.withdraw();
    expect(await codeOf(offer.accept())).toBe('link-used');
    expect(isEmpty(withdrawn.phone.disk)).toBe(true);

    const old = await started();
    const late = await started();
    await approve(mina, late.pending.code);
    const lateOffer = await late.pending.approved();
    app.pass(LINK_LIFETIME_MS);
    expect(await codeOf(findLink(mina.link, old.pending.code))).toBe('invalid');
    expect(await codeOf(old.pending.approved())).toBe('link-used');
    expect(await codeOf(lateOffer.accept())).toBe('link-used');
    expect(await devicesOf(mina)).toBe(1);
  });

  test('by a second answer, nor twice by one', async () => {
    const phone = place();
    const pending = await requestLink(phone.link, 'x');
    await approve(mina, pending.code);
    expect(await codeOf(approve(mina, pending.code))).toBe('invalid');
    const offer = await pending.approved();
    await offer.accept();
    expect(await codeOf(pending.approved())).toBe('link-used');
  });

  test('to an account that has five devices', async () => {
    const made: PendingLink[] = [];
    for (let count = 0; count < 4; count++) {
      const pending = await requestLink(place().link, 'x');
      made.push(pending);
      await approve(mina, pending.code);
      await (await pending.approved()).accept();
    }
    expect(await devicesOf(mina)).toBe(5);
    const sixth = await requestLink(place().link, 'x');
    expect(await codeOf(approve(mina, sixth.code))).toBe('device-limit');
    await sixth.cancel();
  }, 60_000);

  test('when another device was changed between approval and yes', async () => {
    const [one, two] = [place(), place()];
    const [first, second] = [await requestLink(one.link, 'x'), await requestLink(two.link, 'x')];
    await approve(mina, first.code);
    await approve(mina, second.code);
    const { device } = await (await first.approved()).accept();
    expect(await codeOf((await second.approved()).accept())).toBe('conflict');
    expect(isEmpty(two.disk)).toBe(true);
    await revokeDevice(mina.enrol, await openVault(mina), device, new MemoryStorage(mina.disk));
  });

  test('in a place that is a device of the account already', async () => {
    const here = place(mina.disk);
    const pending = await requestLink(here.link, 'x');
    await approve(mina, pending.code);
    expect(await codeOf((await pending.approved()).accept())).toBe('not-this-account');
    expect(await readSelf(new MemoryStorage(mina.disk))).toMatchObject({ published: true });
  });
});

describe('when the server shows the devices as they were before', () => {
  /** A phone that was added and removed again, and the directory of the time in between. */
  async function removedPhone() {
    const phone = place();
    const pending = await requestLink(phone.link, 'x');
    const { device } = await approve(mina, pending.code);
    await (await pending.approved()).accept();
    const { directory } = await mina.enrol.transport.session();
    // The next sign-in takes over what has happened meanwhile, as an open engine does at once.
    const here = new MemoryStorage(mina.disk);
    await revokeDevice(mina.enrol, await openVault(mina), device, here);
    const self = await readSelf(here);
    const { deviceList } = (await mina.enrol.transport.session()).directory;
    if (self) await here.commit([selfChange({ ...self, deviceList: fromBase64(deviceList) })]);
    return { phone, directory };
  }
  const bentBack = async (directory: SignedIn['directory']) => {
    const unlocked = await openVault(mina);
    return { ...unlocked, signedIn: { ...unlocked.signedIn, directory } };
  };

  test('nothing is approved: the list would bring the removed device back [R12]', async () => {
    const { directory } = await removedPhone();
    const pending = await requestLink(place().link, 'x');
    const found = await findLink(mina.link, pending.code);
    const here = new MemoryStorage(mina.disk);
    expect(await codeOf(approveLink(mina.link, await bentBack(directory), found, here))).toBe(
      'identity-mismatch',
    );
    await pending.cancel();
  });

  test('nothing is removed or renewed, and a sign-in forgets nothing [R12]', async () => {
    const { phone, directory } = await removedPhone();
    const here = new MemoryStorage(mina.disk);
    const gone = (await readSelf(new MemoryStorage(phone.disk)))?.device;
    if (!gone) throw new Error('The phone has no device.');
    expect(await codeOf(revokeDevice(mina.enrol, await bentBack(directory), gone, here))).toBe(
      'identity-mismatch',
    );
    expect(await codeOf(enrolDevice(mina.enrol, await bentBack(directory)))).toBe('identity-mismatch');

    const pending = await requestLink(place().link, 'x');
    const before = (await mina.enrol.transport.session()).directory;
    await approve(mina, pending.code);
    const { storage, signedIn } = await (await pending.approved()).accept();
    const tablet = { ...mina.enrol, openStorage: async () => storage };
    const unlocked = await openVault(mina);
    const old = { ...unlocked, signedIn: { ...unlocked.signedIn, directory: before } };
    expect(await codeOf(enrolDevice(tablet, old))).toBe('identity-mismatch');
    expect((await readSelf(storage))?.device).toBe(signedIn.device ?? undefined);
  });

  test('a device that has no log pinned hands on no key of the server’s', async () => {
    const pending = await requestLink(place().link, 'x');
    const found = await findLink(mina.link, pending.code);
    expect(await codeOf(approveLink(mina.link, await openVault(mina), found, null))).toBe('refused');
    const empty = new MemoryStorage(new MemoryDisk());
    expect(await codeOf(approveLink(mina.link, await openVault(mina), found, empty))).toBe('refused');
    await pending.cancel();
  });
});

test('whoever approved goes on waiting when the line is cut', async () => {
  const phone = place();
  const pending = await requestLink(phone.link, 'x');
  let isCut = true;
  const { links } = mina.link;
  const shaky: LinkTransport = {
    ...links,
    async linkOutcome(request) {
      if (isCut) throw new TransportFailed('cut');
      return links.linkOutcome(request);
    },
  };
  const given = await approve({ ...mina, link: { ...mina.link, links: shaky } }, pending.code);
  expect(await given.outcome()).toBe('answered');
  await (await pending.approved()).accept();
  expect(await given.outcome()).toBe('answered');
  isCut = false;
  expect(await given.outcome()).toBe('done');
});

describe('when the line is cut at the yes', () => {
  /** Cuts the answers of `completeLink`, or the requests, as often as it is told. */
  function cut(where: 'answer' | 'request', times: number): Bend {
    return (honest) => ({
      ...honest,
      async completeLink(device) {
        if (times-- <= 0) return honest.completeLink(device);
        if (where === 'answer') await honest.completeLink(device);
        throw new TransportFailed('cut');
      },
    });
  }
  async function offered(disk: MemoryDisk, bend: Bend) {
    const phone = place(disk, bend);
    const pending = await requestLink(phone.link, 'x');
    const given = await approve(mina, pending.code);
    return { phone, given, offer: await pending.approved() };
  }

  test('a second yes offers the same device once more', async () => {
    const { given, offer } = await offered(new MemoryDisk(), cut('request', 1));
    expect(await codeOf(offer.accept())).toBe('offline');
    const { device, storage } = await offer.accept();
    expect(device).toBe(given.device);
    expect(await readSelf(storage)).toMatchObject({ published: true, device });
    expect(await devicesOf(mina)).toBe(2);
  });

  test('a device that was published keeps its keys, and signing in there goes on with it [R40]', async () => {
    const disk = new MemoryDisk();
    const { given, offer } = await offered(disk, cut('answer', 1));
    expect(await codeOf(offer.accept())).toBe('offline');
    for (const _again of [1, 2])
      await expect(offer.accept()).rejects.toThrow('It is not known whether this place became a device');
    expect(await readSelf(new MemoryStorage(disk))).toMatchObject({ device: given.device });
    // Nor does another request from the same place take its keys.
    const again = await offered(disk, straight);
    expect(await codeOf(again.offer.accept())).toBe('not-this-account');
    const home = place(disk);
    const unlocked = await signInWithPassword(home.enrol, { username, password: PASSWORD });
    expect(await enrolDevice(home.enrol, unlocked)).toMatchObject({ resumed: true, device: given.device });
  });

  test('a device that was refused stays refused: its keys are gone', async () => {
    const disk = new MemoryDisk();
    const { given, offer } = await offered(disk, straight);
    await given.withdraw();
    expect(await codeOf(offer.accept())).toBe('link-used');
    expect(await codeOf(offer.accept())).toBe('link-used');
    expect(isEmpty(disk)).toBe(true);
  });
});

test('an approval is good for the certificate that it names, and for no other of the account', async () => {
  const phone = place();
  const pending = await requestLink(phone.link, 'x');
  const found = await findLink(mina.link, pending.code);
  const unlocked = await openVault(mina);
  const aik = { ...unlocked.aik, secret: unlocked.aik.secret.slice() };
  await approveLink(mina.link, unlocked, found, new MemoryStorage(mina.disk));
  const asked = linkRequestRecord.decode(found.request);
  const dik = await createSigningKeyPair(crypto);
  const other = await issueCertificate(crypto, aik, dik, {
    ...{ account: Uint8Array.fromHex(unlocked.signedIn.account), device: asked.device, suites: [2] },
    ...{ signingKey: dik.publicKey, agreementKey: asked.agreementKey },
    ...{ created: Date.now(), expires: Date.now() + 1000 },
  });
  const offer = await pending.approved();
  const { links } = phone.link;
  const honest = links.completeLink;
  Object.assign(links, {
    completeLink: (device: Parameters<typeof honest>[0]) =>
      honest({ ...device, certificate: toBase64(other) }),
  });
  expect(await codeOf(offer.accept())).toBe('refused');
  expect(await devicesOf(mina)).toBe(1);
});
