/** What every view promises: names that people and tests rely on, nothing inline, and text that stays text. */
import { describe, expect, test } from 'bun:test';
import type { Role } from '../src/contract/accounts.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../src/contract/ids.ts';
import { loadAssets } from '../src/embedded.ts';
import { HTML_ELEMENTS, SVG_ELEMENTS } from '../src/island/allow-list.ts';
import { samplePages } from '../test/browser/gallery-pages.ts';
import { securityDoors, waysSample } from '../test/browser/gallery-security.ts';
import { AuditLog } from './admin/audit.tsx';
import { CreatedInvite, InviteRefused } from './admin/invites.tsx';
import { Admin } from './admin/people.tsx';
import { ManagedPerson } from './admin/person.tsx';
import { Policies } from './admin/policies.tsx';
import { StartAgainAnswer } from './admin/start-again.tsx';
import { Storage } from './admin/storage.tsx';
import type { PageName, Site, Viewer } from './layout.tsx';
import { Conversation } from './pages/conversation.tsx';
import { Welcome } from './pages/conversations.tsx';
import { Group } from './pages/group.tsx';
import { Approve, Link } from './pages/link.tsx';
import { NewConversation } from './pages/new-conversation.tsx';
import { ErrorPage, PlainHttp } from './pages/notice.tsx';
import { DeleteAccount, OwnData } from './pages/own-data.tsx';
import { RecoveryCode } from './pages/recovery-code.tsx';
import { Join, Setup } from './pages/register.tsx';
import { Security } from './pages/security.tsx';
import { Settings } from './pages/settings.tsx';
import { Recover, SignIn } from './pages/sign-in.tsx';
import { StartAgain } from './pages/start-again.tsx';
import { Trust } from './pages/trust.tsx';
import { Unlock } from './pages/unlock.tsx';
import { Verify } from './pages/verify.tsx';
import { ConversationRow } from './parts/conversation-row.tsx';
import { Message, MessageTemplate, messageOf } from './parts/message.tsx';
import { Sentences } from './parts/sentences.tsx';
import { Pane, Shell } from './parts/shell.tsx';

/** Every view, with `text` wherever somebody else chooses the words: names, ids, ciphertext, what was typed. */
async function everyView(text: string): Promise<Readonly<Record<string, string>>> {
  const account = text as AccountId;
  const conversation = text as ConversationId;
  const role = text as Role;
  const site: Site = {
    workspace: text,
    release: text,
    assets: {
      url: (name) => `/assets/${name}`,
      integrity: (name) => `sha384-${name}`,
      preloads: (name) => [`${name.replace('.js', '-1.js')}`],
      manifest: { release: '0.1.0', files: [] },
    },
  };
  const viewer: Viewer = { account, device: text as DeviceId, username: text, name: text, role: 'owner' };
  const person = { account, name: text, username: text };
  const row = { conversation, peer: account, name: text, lastActivity: 1 };
  const invite = { url: text, expiresAt: 1, uses: 2, role };
  const register = {
    site,
    limits: { minPassword: 12, maxName: 64, maxUsername: 32 },
    passkeys: true,
    fixedAddress: false,
    origin: text,
  };
  const delivery = {
    seq: 1,
    id: text as BodyId,
    class: 1 as const,
    conversation,
    sender: { account, device: text as DeviceId },
    acceptedAt: 1,
    attempts: 1,
    body: text,
    envelope: text,
  };
  const errors = { people: text, name: text, role: text, uses: text, expires: text };
  const shell = async (page: PageName, pane: string | Promise<string>) =>
    Shell({
      site,
      page,
      title: text,
      viewer,
      history: 'none',
      newPlaces: [{ id: text, agent: text, address: text, at: 1 }],
      conversations: [row, { ...row, current: true }, { ...row, peer: null }],
      children: await pane,
    });
  return {
    setup: await Setup(register),
    join: await Join({ ...register, passkeys: false }),
    startAgain: await StartAgain(register),
    signIn: await SignIn({ site, passkeys: true, open: true }),
    signInWithoutPasskeys: await SignIn({ site, passkeys: false, open: false }),
    recover: await Recover({ site }),
    unlock: await Unlock({ site, viewer, passkeys: true }),
    recoveryCode: await RecoveryCode({ site, viewer }),
    welcome: await shell(
      'conversations',
      Welcome({ workspace: text, isAdmin: true, isGuest: false, conversations: 0, others: 0 }),
    ),
    conversation: await shell(
      'conversation',
      Conversation({
        id: conversation,
        self: person,
        peer: person,
        others: [person],
        isMember: true,
        relayDays: 7,
      }),
    ),
    groupConversation: await shell(
      'conversation',
      Conversation({
        id: conversation,
        self: person,
        peer: null,
        others: [person, person],
        isMember: true,
        relayDays: 7,
      }),
    ),
    group: await shell('conversation', Group({ id: conversation })),
    newConversation: await shell(
      'conversations',
      NewConversation({ people: [person], typed: { people: text }, errors }),
    ),
    verify: await shell('verify', Verify({ ...person, conversation })),
    security: await shell('settings', Security({ ...waysSample(text), role: 'owner' })),
    ...securityDoors(site, viewer),
    settings: await shell(
      'settings',
      Settings({
        site,
        viewer,
        role,
        devices: [{ device: text as DeviceId, addedAt: 1, expiresAt: 1, seenAt: 1 }],
        maxDevices: 1,
        language: null,
        storage: { used: 1, limit: 2 },
        sessions: [
          { id: text, current: true, device: null, address: text, agent: text, createdAt: 1, lastUsedAt: 1 },
          { id: text, current: false, device: null, address: text, agent: text, createdAt: 1, lastUsedAt: 1 },
        ],
      }),
    ),
    link: await Link({ site }),
    approve: await Approve({ site, viewer, passkeys: true }),
    admin: await shell(
      'admin',
      Admin({
        role: 'owner',
        people: [{ ...person, role, disabled: true }],
        invites: [{ id: text, role, usesLeft: 2, expiresAt: 1 }],
        form: { roles: [role], typed: { role: text, uses: text, expires: text }, errors, created: invite },
        managed: new Set([person.account]),
        startAgain: {
          open: [{ id: text, username: text, name: text, expiresAt: 1 }],
          created: { url: text, username: text, name: text, expiresAt: 1 },
        },
      }),
    ),
    managedPerson: await shell(
      'admin',
      ManagedPerson({
        person: { ...person, role, disabled: false },
        viewer: { role, roles: ['guest'] },
        secondFactor: { codesLeft: 1 },
        done: null,
        problem: text,
        deletion: { typed: text, error: text },
      }),
    ),
    policies: await shell(
      'admin',
      Policies({
        role,
        form: {
          registration: text,
          secondFactor: text,
          sessionDays: text,
          relayDays: text,
          history: text,
          suite: text,
          audit: text,
          presence: true,
          typing: false,
          directDownloads: true,
        },
        canDirect: true,
        suites: [{ id: 2, name: text }],
        errors: { registration: text, sessionDays: text, suite: text },
      }),
    ),
    audit: await shell(
      'admin',
      AuditLog({
        role: 'owner',
        rows: [
          {
            seq: 1,
            at: 1,
            actor: account,
            action: text,
            subject: text,
            detail: { [text]: text },
            hash: text,
          },
          {
            seq: 2,
            at: 1,
            actor: `visit:${text}`,
            action: 'file.begun',
            subject: account,
            detail: { file: text },
            hash: text,
          },
        ],
        people: new Map([[account, { name: text, username: text }]]),
        typed: { person: text, what: text, from: text, to: text, about: text },
        errors,
        older: `/?${text}`,
        newest: `/?${text}`,
        chain: { entries: 1, head: text, checked: { at: 1, broken: 1 } },
      }),
    ),
    deleteAccount: await DeleteAccount({ site, errors: { username: text, form: text } }),
    ownData: await shell('settings', OwnData({ role, username: text })),
    storage: await shell(
      'admin',
      Storage({
        role: 'owner',
        used: { bytes: 1, files: 1 },
        limit: 2,
        free: 3,
        people: [{ person: { ...person, role, disabled: false }, bytes: 1, files: 1 }],
        personLimit: 2,
        ending: { bytes: 0, files: 0 },
        unfinished: { bytes: 1, files: 1 },
        cleaned: { at: 1, expired: 1, abandoned: 1, orphans: 1, bytes: 1 },
        form: { quota: text, total: text, largest: text, days: text, errors },
      }),
    ),
    error: await ErrorPage({ site, status: 404, message: text }),
    trust: await Trust({
      site,
      fingerprint: text,
      names: [text],
      until: 1,
      address: text,
      isPlain: true,
      system: 'linux',
    }),
    plainHttp: await PlainHttp({ site, host: text, port: text, address: text }),
    fragmentPane: await Pane({ title: text, workspace: text, children: '' }),
    fragmentMessage: await Message(messageOf(delivery, text)),
    fragmentTemplate: await MessageTemplate(),
    fragmentRow: await ConversationRow(row),
    fragmentInvite: await CreatedInvite({ invite }),
    fragmentStartAgain: await StartAgainAnswer({
      created: { url: text, username: text, name: text, expiresAt: 1 },
      open: [{ id: text, username: text, name: text, expiresAt: 1 }],
    }),
    fragmentRefused: await InviteRefused({ sentences: [text] }),
    fragmentSentences: await Sentences({ sentences: [text] }),
  };
}

interface Shape {
  readonly tag: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** The elements of some HTML in order, as a parser sees them. */
function shapeOf(html: string): Shape[] {
  const shapes: Shape[] = [];
  new HTMLRewriter()
    .on('*', {
      element(element) {
        shapes.push({
          tag: element.tagName,
          attributes: [...element.attributes].map(([name = '', value = '']) => [name, value] as const),
        });
      },
    })
    .transform(html);
  return shapes;
}

const names = (shapes: readonly Shape[]) =>
  shapes.map(({ tag, attributes }) => `${tag} ${attributes.map(([name]) => name).join(' ')}`);

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '" autofocus onfocus="alert(1)" x="',
  '</title></textarea></template></noscript><svg onload=alert(1)>',
  '<!--',
  ']]><iframe srcdoc="<script>">',
  'javascript:alert(1)',
  '\u202egnp.exe\u0000&quot;&lt;b&gt;',
];

describe('whatever somebody is called', () => {
  test('the page has the elements and attributes that it would have anyway [R34]', async () => {
    const plain = await everyView('mina');
    for (const text of HOSTILE) {
      const hostile = await everyView(text);
      for (const [view, html] of Object.entries(hostile))
        expect({ view, text, shape: names(shapeOf(html)) }).toEqual({
          view,
          text,
          shape: names(shapeOf(plain[view] ?? '')),
        });
    }
  });

  test('the words arrive letter by letter, as text and in fields', async () => {
    const { newConversation = '', fragmentRow = '' } = await everyView('Ann "A&amp;T" <b>');
    const typed = shapeOf(newConversation)
      .find(({ attributes }) => attributes.some(([name, value]) => name === 'id' && value === 'people'))
      ?.attributes.find(([name]) => name === 'value')?.[1];
    // HTMLRewriter gives attributes as they are written.
    expect(typed).toBe('Ann &#34;A&amp;amp;T&#34; &lt;b&gt;');
    expect(fragmentRow).toContain('Ann &quot;A&amp;amp;T&quot; &lt;b&gt;');
  });

  test('no address is made of words: links stay on this site', async () => {
    const views = await everyView('javascript:alert(1)');
    // Their address is the operator's own, which the flag has read.
    for (const [view, html] of Object.entries(views))
      for (const { attributes } of shapeOf(html))
        for (const [name, value] of attributes)
          if (
            ['href', 'src', 'action', 'hx-get', 'hx-post'].includes(name) &&
            !['plainHttp', 'trust'].includes(view)
          )
            expect({ view, name, value }).toEqual({ view, name, value: expect.stringMatching(/^(?:\/|#)/) });
  });
});

describe('every page', () => {
  test('has no script but the island with its hash, no style attribute, no handler', async () => {
    for (const [view, html] of Object.entries(await everyView('mina')))
      for (const { tag, attributes } of shapeOf(html)) {
        const map = new Map(attributes);
        expect([...map.keys()].filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
        expect(tag).not.toBe('style');
        // What the script imports at once comes with its hash as well.
        if (tag === 'link' && map.get('rel') === 'modulepreload')
          expect({ view, attributes: [...map] }).toEqual({
            view,
            attributes: [
              ['rel', 'modulepreload'],
              ['href', expect.stringMatching(/^\/assets\/(?:island|door)-1\.js$/)],
              ['integrity', `sha384-${map.get('href')?.slice('/assets/'.length)}`],
            ],
          });
        if (tag === 'script') {
          const name = map.get('src') === '/assets/door.js' ? 'door.js' : 'island.js';
          expect({ view, attributes: [...map] }).toEqual({
            view,
            attributes: [
              ['type', 'module'],
              ['src', `/assets/${name}`],
              ['integrity', `sha384-${name}`],
            ],
          });
        }
      }
  });

  /** The samples of the gallery as well: states that are drawn from data alone. */
  const everyPage = async () => [
    ...Object.entries(await everyView('mina')),
    ...(await samplePages(await loadAssets())),
  ];

  test('is made of elements that the island lets through, where htmx swaps it', async () => {
    const skeleton = new Set([
      'html',
      'head',
      'meta',
      'title',
      'link',
      'script',
      'body',
      'noscript',
      'datalist',
    ]);
    for (const [view, html] of await everyPage())
      for (const { tag } of shapeOf(html))
        if (!skeleton.has(tag))
          expect({ view, tag, allowed: HTML_ELEMENTS.has(tag) || SVG_ELEMENTS.has(tag) }).toEqual({
            view,
            tag,
            allowed: true,
          });
  });

  test('names every id once, and every label and description points at one', async () => {
    for (const [view, html] of await everyPage()) {
      const shapes = shapeOf(html);
      const valuesOf = (wanted: string) =>
        shapes.flatMap(({ attributes }) =>
          attributes.filter(([name]) => name === wanted).map(([, value]) => value),
        );
      const ids = valuesOf('id');
      expect({ view, twice: ids.filter((id, index) => ids.indexOf(id) !== index) }).toEqual({
        view,
        twice: [],
      });
      const targets = [
        ...valuesOf('for'),
        ...valuesOf('aria-describedby').flatMap((list) => list.split(' ')),
        ...valuesOf('aria-labelledby'),
        ...valuesOf('commandfor'),
        ...valuesOf('popovertarget'),
        ...valuesOf('list'),
      ];
      if (view.startsWith('fragment')) continue;
      expect({ view, missing: targets.filter((id) => !ids.includes(id)) }).toEqual({ view, missing: [] });
    }
  });
});

/** The accessible names that do not change. */
describe('names that do not change', () => {
  const labelsOf = (html: string) =>
    [...html.matchAll(/<label[^>]*>([^<]+)<\/label>/g)].map(([, label]) => label);
  const textsOf = (html: string, tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}(?: [^>]*)?>(.*?)</${tag}>`, 'gs'))].map(([, inner = '']) =>
      inner.replace(/<[^>]+>/g, '').trim(),
    );

  test('set-up and join', async () => {
    const { setup = '', join = '' } = await everyView('mina');
    expect(labelsOf(setup)).toEqual(['Workspace name', 'Your name', 'Username', 'Password']);
    expect(textsOf(setup, 'button')).toEqual(['Create workspace with a passkey', 'Create workspace']);
    expect(labelsOf(join)).toEqual(['Your name', 'Username', 'Password']);
    // An address without a name: no passkeys, and it says why.
    expect(textsOf(join, 'button')).toEqual(['Create account']);
    expect(join).toContain('browsers refuse passkeys there');
  });

  test('signing in, recovering, unlocking', async () => {
    const { signIn = '', signInWithoutPasskeys = '', recover = '', unlock = '' } = await everyView('mina');
    // The code is asked for after the secret was right.
    expect(labelsOf(signIn)).toEqual(['Username', 'Password', 'Code']);
    expect(textsOf(signIn, 'button')).toEqual(['Sign in with a passkey', 'Sign in']);
    expect(signIn).toContain('autocomplete="username webauthn"');
    expect(textsOf(signIn, 'a')).toContain('Use your recovery code');
    expect(textsOf(signInWithoutPasskeys, 'button')).toEqual(['Sign in']);
    expect(labelsOf(recover)).toEqual(['Username', 'Recovery code', 'Code']);
    expect(textsOf(recover, 'button')).toEqual(['Unlock']);
    expect(labelsOf(unlock)).toEqual(['Passphrase', 'Recovery code']);
    expect(textsOf(unlock, 'button')).toEqual(['Use a passkey', 'Unlock', 'Sign out']);
  });

  test('a form that takes a password cannot be sent without the island', async () => {
    for (const [view, html] of Object.entries(await everyView('mina')))
      for (const { tag, attributes } of shapeOf(html)) {
        const map = new Map(attributes);
        if (tag === 'form' && map.has('data-island'))
          expect({ view, method: map.get('method'), action: map.get('action') }).toEqual({
            view,
            method: 'dialog',
            action: undefined,
          });
      }
  });

  test('the recovery code', async () => {
    const { recoveryCode = '' } = await everyView('mina');
    expect(recoveryCode).toMatch(/data-recovery-code=""/);
    expect(recoveryCode).toMatch(
      /<input type="checkbox" required\/?><span>I have saved my recovery code<\/span>/,
    );
    expect(textsOf(recoveryCode, 'button')).toContain('Continue');
  });

  test('conversations', async () => {
    const { conversation = '', verify = '', admin = '', settings = '' } = await everyView('mina');
    expect(conversation).toContain('<nav class="side-list" aria-label="Conversations"');
    expect(textsOf(conversation, 'button').filter((text) => text === 'New conversation')).toHaveLength(1);
    // What a group is called is sealed: the dialog's fields are the island's.
    expect(labelsOf(conversation)).toEqual([]);
    expect(conversation).toContain('role="log" aria-label="Messages"');
    expect(conversation).toContain('<sotto-composer data-conversation="mina">');
    expect(textsOf(conversation, 'a').filter((text) => text === 'Verify')).toHaveLength(1);
    expect(textsOf(conversation, 'a')).toContain('Settings');
    expect(textsOf(conversation, 'a')).toContain('Admin');
    expect(verify).toContain('data-safety-number');
    expect(textsOf(verify, 'button')).toContain('Mark as verified');
    expect(textsOf(admin, 'button')).toContain('Create invite');
    expect(admin).toMatch(/data-invite-url="" translate="no">mina</);
    expect(textsOf(settings, 'button')).toEqual(
      expect.arrayContaining(['Sign out', 'Sign out everywhere', 'End']),
    );
  });

  test('nobody is compared with, or written to, behind a deleted account', async () => {
    const pages = await samplePages(await loadAssets());
    const page = pages.get('conversation-over') ?? '';
    expect(page).toContain('This account was deleted.');
    expect(textsOf(page, 'a')).not.toContain('Verify');
    expect(page).not.toMatch(/sotto-composer|\/verify\/|data-presence-of/);
  });

  test('the socket stands outside of what is swapped, and a message has one markup', async () => {
    const { conversation = '', fragmentMessage = '', fragmentTemplate = '' } = await everyView('mina');
    const [, pane = ''] = /<main id="main"[^>]*>(.*)<\/main>/s.exec(conversation) ?? [];
    expect(pane).toContain('id="timeline"');
    expect(pane).not.toContain('hx-ws:connect');
    expect(conversation).toContain('<div id="inbox" hidden hx-ws:connect="/socket"></div>');
    const inside = (html: string) =>
      shapeOf(html)
        .map(({ tag }) => tag)
        .filter((tag) => tag !== 'template');
    expect(inside(fragmentMessage)).toEqual(inside(fragmentTemplate));
    expect(fragmentMessage).toContain('<sealed-message data-seq="1" data-class="1" data-conversation="mina"');
  });
});
