/** The transparency log in the settings: what this browser has verified, and evidence that the server shows two. */

import type { Engine, LogEvidence, LogStatus } from '../../client/engine-types.ts';
import { evidenceSentence, inFours } from '../../client/log-sentences.ts';
import { locale, plural, t } from '../../contract/words.ts';
import { button, carefulButton, draw } from '../groups/draw.ts';
import { momentOf } from '../times.ts';

/** Fills `[data-log]` and keeps it. `changed` calls back when the log or the evidence is another one. */
export async function openLog(
  place: HTMLElement,
  engine: Pick<Engine, 'log' | 'acknowledgeLog' | 'people' | 'self'>,
  changed: (listener: () => void) => void,
): Promise<void> {
  const body = place.querySelector<HTMLElement>('[data-log-body]');
  if (!body) return;
  const show = async () => {
    const status = await engine.log();
    const names = status.evidence.length > 0 ? await namesOf(engine) : () => '';
    body.replaceChildren(facts(status), ...evidence(status, names, () => engine.acknowledgeLog()));
    place.hidden = false;
  };
  changed(() => void show());
  await show();
}

async function namesOf(engine: Pick<Engine, 'people' | 'self'>): Promise<(account: string) => string> {
  const known = new Map(
    (await engine.people().catch(() => [])).map(({ account, name, username }) => [
      account,
      `${name} (@${username})`,
    ]),
  );
  return (account) =>
    account === engine.self.account
      ? t('your own account')
      : (known.get(account as never) ?? t('somebody unknown'));
}

function facts({ head, keyFingerprint }: LogStatus): HTMLElement {
  const list = draw('dl', { class: 'facts' });
  const fact = (name: string, ...value: (Node | string)[]) =>
    list.append(draw('dt', {}, name), draw('dd', {}, ...value));
  const code = (hex: string) => draw('code', { class: 'wrap' }, inFours(hex));
  if (head === null) {
    fact(t('Entries'), t('none seen yet'));
    return list;
  }
  fact(t('Entries'), head.size.toLocaleString(locale()));
  const time = new Date(head.time);
  fact(t('Signed'), draw('time', { datetime: time.toISOString() }, momentOf(head.time)));
  fact(t('Root'), code(head.root));
  if (keyFingerprint !== null) fact(t('Key of the log'), code(keyFingerprint));
  return list;
}

function evidence(
  status: LogStatus,
  nameOf: (account: string) => string,
  goOn: () => Promise<void>,
): HTMLElement[] {
  if (status.evidence.length === 0) return [];
  const rows = status.evidence.map((each) => row(each, nameOf));
  const buttons = draw(
    'div',
    { class: 'buttons' },
    button(t('Save evidence'), 'button', () => save(status)),
  );
  const out = [draw('h3', {}, t('Evidence')), draw('ul', { class: 'list' }, ...rows)];
  if (status.frozen) {
    const words = t(
      'Nothing is sent from this browser. Save the evidence, give it to your administrator, and ask the people concerned in person or by telephone.',
    );
    out.splice(1, 0, draw('p', { class: 'error', role: 'alert' }, words));
    buttons.append(
      carefulButton(
        t('I have spoken with my administrator: send again'),
        t('What waits is sent then. The evidence stays.'),
        goOn,
      ),
    );
  }
  return [...out, buttons];
}

function row(each: LogEvidence, nameOf: (account: string) => string): HTMLElement {
  const found = momentOf(each.at);
  const main = draw(
    'span',
    { class: 'list-main' },
    draw('b', {}, evidenceSentence(each, nameOf)),
    draw(
      'small',
      {},
      each.seen === null
        ? t('Found {found}, not looked at yet.', { found })
        : t('Found {found}, looked at {seen}.', { found, seen: momentOf(each.seen) }),
      ' ',
      plural(each.size, 'Their log: {n} entry, root', 'Their log: {n} entries, root'),
      ' ',
    ),
  );
  main.lastElementChild?.append(draw('code', { class: 'wrap' }, inFours(each.root)));
  return draw('li', { class: 'list-row' }, main);
}

/** Everything that somebody else needs to see the contradiction for themselves: keys, signed heads, the signed message. */
function save({ key, head, evidence }: LogStatus): void {
  const about =
    'Evidence against a Sotto transparency log. Bytes are base64url. Heads are record 17 signed by logKey; a claim is a message header and content signed by the device it names.';
  const text = JSON.stringify({ about, logKey: key, verified: head, evidence }, null, 2);
  const link = draw('a', { download: 'sotto-log-evidence.json' });
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.click();
  URL.revokeObjectURL(link.href);
}
