/** `[data-message-files]`: messages out of this browser as a file, and into it. Everything happens on the device. */
import type { Archive } from '../../client/archive/types.ts';
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { button, sentenceOf } from '../groups/draw.ts';
import { engine } from '../session.ts';
import { showPreview } from './preview.ts';
import { saveFile } from './save.ts';

const FORMATS = {
  json: { end: 'jsonl', type: 'application/jsonl' },
  markdown: { end: 'md', type: 'text/markdown' },
} as const;

/** In the panel of a conversation it is about that one, elsewhere about all of them. */
export async function openFiles(place: HTMLElement): Promise<void> {
  const panel = place.closest<HTMLElement>('[data-conversation-details]')?.dataset.conversationDetails ?? '';
  const conversation = isConversationId(panel) ? panel : null;
  const archive = await (await engine).archive();
  const status = draw('p', { role: 'status' });
  const problem = draw('p', { class: 'error', role: 'alert' });
  const below = draw('div', { class: 'stack' });
  const act = (work: () => Promise<void>) => async () => {
    problem.textContent = '';
    status.textContent = '';
    await work().catch((error: unknown) => {
      status.textContent = '';
      problem.textContent = sentenceOf(error);
    });
  };
  const format = draw(
    'select',
    { 'aria-label': t('Format') },
    draw('option', { value: 'markdown' }, t('Markdown, to read')),
    draw('option', { value: 'json' }, t('JSON Lines, for programs')),
  );
  const input = draw('input', { type: 'file', accept: '.jsonl,.json,.md,.markdown,.txt', hidden: true });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file) void act(() => look(file))();
  });
  const say = (words: string) => {
    status.textContent = words;
  };
  const look = async (file: File) => {
    const done = () => below.replaceChildren();
    await showPreview({ archive, file, below, into: conversation, say, act, done });
  };
  place.replaceChildren(
    draw('h3', {}, conversation === null ? t('Messages as a file') : t('This conversation as a file')),
    draw(
      'p',
      { class: 'hint' },
      t('The file is not encrypted: whoever has it can read it. Your keys are never in it.'),
    ),
    draw(
      'div',
      { class: 'buttons' },
      format,
      button(
        t('Export…'),
        'button small',
        act(() => exportFile(archive, conversation, format.value === 'json' ? 'json' : 'markdown', say)),
      ),
      button(t('Import…'), 'button small', () => input.click()),
      input,
    ),
    status,
    problem,
    below,
  );
  place.hidden = false;
  delete place.dataset.waiting;
}

async function exportFile(
  archive: Archive,
  conversation: ConversationId | null,
  format: keyof typeof FORMATS,
  say: (words: string) => void,
): Promise<void> {
  let messages = 0;
  const progress = (n: number) => {
    messages = n;
    if (n % 500 === 0) say(plural(n, '{n} message so far', '{n} messages so far'));
  };
  const { end, type } = FORMATS[format];
  const name = `sotto-${new Date().toISOString().slice(0, 10)}.${end}`;
  await saveFile(archive.export({ conversation, format, progress }), name, type);
  say(plural(messages, 'Exported: {n} message.', 'Exported: {n} messages.'));
}
