/** What only the island knows, put where it would put it. Runs inside the page. */

/** For `page.evaluate`: stands alone, so everything it needs is inside. */
export function drawWords(): void {
  const name = location.pathname.slice(1);
  const write = (selector: string, ...words: readonly string[]) =>
    document.querySelectorAll(selector).forEach((place, index) => {
      place.textContent = words[index % words.length] ?? '';
    });
  const show = (selector: string) => {
    for (const place of document.querySelectorAll<HTMLElement>(selector)) place.hidden = false;
  };
  const rootOf = (place: Element) => place.shadowRoot ?? place.attachShadow({ mode: 'open' });

  /** What island/file-request/picker.ts draws. */
  const drawPicked = () => {
    const place = document.querySelector('[data-request-files]');
    const choose = document.createElement('button');
    Object.assign(choose, { type: 'button', className: 'button', textContent: 'Choose files' });
    const list = document.createElement('ul');
    list.className = 'request-list';
    for (const [file, size] of [
      ['jetty at noon.jpg', '3.4 MB'],
      ['a very long name of a picture that somebody has taken on the pier.heic', '8.1 MB'],
    ] as const) {
      const row = document.createElement('li');
      const words = document.createElement('span');
      words.className = 'share-name';
      words.textContent = file;
      const remove = document.createElement('button');
      Object.assign(remove, { type: 'button', className: 'button small', textContent: 'Remove' });
      row.append(words, ` ${size} `, remove);
      list.append(row);
    }
    place?.classList.add('stack');
    place?.append(list, choose);
  };
  write('[data-recovery-code]', 'K7QX-M2VD-9RTH-3WPB-Y6NC-F4ZJ-8GSA-5LEU');
  show(
    '[data-privacy], [data-remove-device], [data-copy-code], [data-download-code], [data-print-code], [data-copy]',
  );
  write('[data-safety-number]', '04928 17735 60214 88391 52067 33940 71126 09583 46652 28017 93348 15570');
  if (name === 'verify') show('[data-verified]');
  write('[data-link-code]', 'K7QXM-2VD9R-TH3WP-BY6NC');
  write('[data-link-check]', '6ACXR');
  write('[data-link-person]', 'ada (Ada Kern)');
  write('[data-start-again-person]', 'Mina Ito (@mina)');
  if (name === 'start-again-over') {
    write(
      '[data-form-error]',
      'This link was used up, has expired or was taken back. Ask an admin for a new one.',
    );
    document.querySelector('[data-start-again-buttons]')?.toggleAttribute('hidden');
  }
  if (name === 'admin-start-again') document.querySelector('details.start-again')?.toggleAttribute('open');
  write('[data-link-agent]', 'Firefox on Linux');
  write('[data-link-asked]', 'Thursday 12 March 2026 at 10:42');
  write('[data-share-about]', 'A file of 2.1 MB. The link works until 28 November 2026 at 19:15.');
  write('[data-link-over]', 'This link does not lead anywhere any more. Ask for a new one.');
  if (name === 'share' || name === 'share-file' || name === 'file-request')
    show('[data-share-password], [data-link-buttons]');
  if (name === 'share-file') {
    write('[data-share-name]', 'Survey of the northern moorings, second reading.pdf');
    write('[data-share-facts]', '2.1 MB · application/pdf · until 28 November 2026 at 19:15');
    write('button[type=submit]', 'Save');
    show('[data-share-progress]');
  }
  if (name === 'file-request') {
    write('[data-request-title]', 'Photos of the summer party');
    write(
      '[data-request-about]',
      'Ada Kern asks for this. The link works until 28 November 2026 at 19:15. 10 files of up to 100 MB are taken.',
    );
    drawPicked();
  }
  const step = {
    'share-file': 'file',
    'share-over': 'over',
    'link-confirm': 'confirm',
    'approve-vault': 'vault',
    'start-again-over': 'over',
  }[name];
  if (step)
    for (const place of document.querySelectorAll<HTMLElement>('[data-step]'))
      place.hidden = place.dataset.step !== step;
  write('[data-device-name]', 'Firefox on Linux', 'Safari on iPhone', 'Command line on mill');
  for (const place of document.querySelectorAll('[data-waiting]')) place.removeAttribute('data-waiting');
  write('[data-device-count]', '4');
  write('[data-devices]', '2 devices');
  write('.row-time', '10:42', '09:58', 'Wed', 'Mon', '4 Mar');
  const last = [
    'both signatures check out',
    'You: thanks, got it',
    'soup at one?',
    'survey-07 is in the shared folder, please have a look',
    'You: see you then',
  ];
  document.querySelectorAll('sealed-preview').forEach((place, index) => {
    rootOf(place).textContent = last[index] ?? '';
  });
  const counts = document.querySelectorAll<HTMLElement>('[data-unread]');
  for (const [index, count] of [
    [1, '3'],
    [3, '12'],
  ] as const) {
    const place = counts[index];
    if (place) {
      place.textContent = count;
      place.hidden = false;
    }
  }
  document.querySelectorAll<HTMLElement>('[data-verified-mark]').forEach((mark, index) => {
    mark.hidden = index % 3 === 2;
  });

  const timeline = document.querySelector<HTMLElement>('#timeline');
  if (timeline) timeline.dataset.filled = '';
  if (timeline && name !== 'silence' && name !== 'notes') {
    const template = document.querySelector<HTMLTemplateElement>('template#message');
    const say = (who: 'MI' | 'AK', at: string, text: string, state = '', continued = false) => {
      const row = template?.content.firstElementChild?.cloneNode(true);
      if (!(row instanceof HTMLElement)) return;
      row.dataset.sender = (who === 'MI' ? 'c' : '3').repeat(32);
      row.toggleAttribute('data-continued', continued);
      const put = (selector: string, words: string) => {
        const place = row.querySelector(selector);
        if (place) place.textContent = words;
      };
      put('[data-initials]', who);
      put('[data-author]', who === 'MI' ? 'Mina Ito' : 'Ada Kern');
      put('time', at);
      put('[data-status]', state);
      row.querySelector<HTMLElement>('[data-status]')?.setAttribute('data-state', state.toLowerCase());
      const mark = row.querySelector<HTMLElement>('[data-verified-mark]');
      if (mark) mark.hidden = who !== 'MI';
      const words = document.createElement('div');
      words.textContent = text;
      const place = row.querySelector('sealed-message');
      if (place) rootOf(place).append(words);
      timeline.append(row);
    };
    const rule = (text: string, kind = 'day') => {
      const line = document.createElement('p');
      line.className = kind;
      line.textContent = text;
      timeline.append(line);
    };
    rule('Yesterday');
    say(
      'AK',
      '16:05',
      'Could you sign the build before Friday? I would like the field team to have it by the weekend.',
      'Read',
    );
    say('MI', '16:20', 'Yes. It needs one more run on the lab box, then it is yours.');
    rule('Today');
    say(
      'MI',
      '10:24',
      'Build 2.4 is up on the lab box. Could you check the signature before we tell the field team?',
    );
    say(
      'MI',
      '10:25',
      'The hash is in the release note, and I put the log beside it in case you want to see what the run did on the old kernel.',
      '',
      true,
    );
    rule('New', 'day new');
    say(
      'MI',
      '10:36',
      'Photo from the new mast is in the shared folder. The signal is much better than last week.',
    );
    say(
      'AK',
      '10:41',
      'Checked on my laptop and from the phone: both signatures hold, and the hash matches the tag. Go ahead.',
      'Read',
    );
    say('AK', '10:42', 'I’ll write the note for the field team now.', 'Delivered', true);
    say('AK', '10:42', 'And thank you.', 'Sending', true);
  }

  const notices = document.querySelector('#notices');
  if (notices && name === 'group-conversation')
    for (const [words, act] of [
      [
        'Mina Ito has a new identity. Compare safety numbers before you send anything private.',
        'Continue with the new identity',
      ],
      [
        'A new device was added to your account: Firefox on Linux. If that was not you, remove it now.',
        'Dismiss',
      ],
    ] as const) {
      const banner = document.createElement('div');
      const text = document.createElement('p');
      const button = document.createElement('button');
      text.textContent = words;
      button.className = 'link';
      button.textContent = act;
      banner.className = 'notice';
      banner.append(text, button);
      notices.append(banner);
    }
  if (name === 'dialog') document.querySelector<HTMLElement>('[command=show-modal]')?.click();
}

/** A code of the length that comparisons have. For `page.evaluate`, as above. */
export async function drawCode(): Promise<void> {
  const place = document.querySelector<HTMLElement>('[data-verify-code]');
  if (!place) return;
  const address = '/parts/qr.js';
  const part: typeof import('../../src/island/qr/main.ts') = await import(address);
  part.drawQr(place, `SOTTO-VERIFY:${'Aw7'.repeat(56)}`, 'Your code, for the other person to scan');
  const scan = document.querySelector<HTMLElement>('[data-scan-code]');
  if (scan) scan.hidden = false;
}

/** The transparency log over an engine that answers from here. For `page.evaluate`, as above. */
export async function drawLog(): Promise<void> {
  const place = document.querySelector<HTMLElement>('[data-log]');
  if (!place) return;
  const address = '/parts/settings.js';
  const part: typeof import('../../src/island/settings/main.ts') = await import(address);
  const frozen = location.pathname === '/settings-evidence';
  const claim = {
    kind: 'claim' as const,
    at: Date.UTC(2026, 2, 12, 9, 41),
    seen: null,
    size: 48,
    root: '9ac1'.repeat(16),
    own: '',
    shown: null,
    leaf: null,
    claim: {
      account: 'c'.repeat(32),
      device: '7f3e09b1'.repeat(4),
      body: '1'.repeat(32),
      header: '',
      content: '',
      signature: '',
    },
  };
  const evidence = [
    { ...claim, kind: 'rollback' as const, at: claim.at - 9e8, seen: claim.at - 8e8, claim: null },
    claim,
  ];
  // Brands of ids exist for the type checker alone.
  const engine = {
    self: { account: '3'.repeat(32) },
    people: async () => [{ account: 'c'.repeat(32), name: 'Mina Ito', username: 'mina' }],
    acknowledgeLog: async () => {},
    log: async () => ({
      head: { size: 47, root: '3f0b'.repeat(16), time: claim.at },
      key: 'AAAA',
      keyFingerprint: '7d52'.repeat(16),
      people: [],
      evidence: frozen ? evidence : [],
      frozen,
    }),
  } as unknown as Parameters<typeof part.openLog>[1];
  await part.openLog(place, engine, () => {});
  if (frozen) place.scrollIntoView();
}

/** The part for groups over an engine that answers from here. For `page.evaluate`, as above. */
export async function drawGroups(): Promise<void> {
  const dialog = document.querySelector<HTMLElement>('dialog[open] [data-new-conversation]');
  const place = document.querySelector<HTMLElement>('[data-group]');
  if (!dialog && !place) return;
  const address = '/parts/groups.js';
  const part: typeof import('../../src/island/groups/main.ts') = await import(address);
  const person = (digit: string, username: string, label: string, more: object = {}) => ({
    account: digit.repeat(32),
    username,
    name: label,
    isSelf: false,
    verified: false,
    identityChanged: false,
    role: 'member',
    devices: [{}, {}],
    ...more,
  });
  const people = [
    person('3', 'ada', 'Ada Kern', { isSelf: true, role: 'owner' }),
    person('c', 'mina', 'Mina Ito', { verified: true, role: 'admin' }),
    person('5', 'ola', 'Ola Berg', { identityChanged: true, devices: [{}] }),
    person('4', 'wilhelmina.k', 'Wilhelmina Konstantinopoulou-Papadimitriou', { role: 'guest' }),
  ];
  const id = '0'.repeat(64);
  const view = { id, name: 'Field team', topic: 'Masts, batteries, weather', role: 'owner', open: false };
  const engine = {
    self: people[0],
    people: async () => people.slice(1),
    readers: async () => people,
    conversations: async () => [{ ...view, writable: true }],
    openGroups: async () => [{ id: '1'.repeat(64), title: 'Town square', members: 12 }],
  } as unknown as Parameters<typeof part.openGroup>[1];
  if (dialog) await part.openNewConversation(dialog, engine, () => {});
  if (place) part.openGroup(place, engine, () => () => {});
}

/** The search box, and on the page `search` what it found. Runs inside the page. */
export async function drawSearch(): Promise<void> {
  if (!document.querySelector('[data-search]')) return;
  const address = '/parts/search.js';
  const part: typeof import('./support/search-module.ts') = await import(address);
  part.showSearch(location.pathname === '/search');
}
