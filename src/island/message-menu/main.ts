/** Buttons beside the message that is pointed at, and its menu. One of each serves the whole log. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import { loadEmoji } from '../part.ts';
import { showProblem } from '../problem.ts';
import { compose } from './compose.ts';
import { openMenu } from './menu.ts';
import { Toolbar } from './toolbar.ts';

/** Where messages stand. */
interface Messages {
  messageOf(element: Element): HistoryMessage | null;
}

export interface MessageMenu {
  /** Shows the buttons in this row. */
  show(row: HTMLElement): void;
  /** Does what a key means for the row that has the focus. */
  press(row: HTMLElement, key: string): void;
  open(row: HTMLElement): void;
}

const menus = new WeakMap<HTMLElement, MessageMenu>();

/** The menu of this log, made once. */
export function messageMenu(log: HTMLElement, messages: Messages, client: Engine): MessageMenu {
  const known = menus.get(log);
  if (known) return known;
  const made = makeMenu(messages, client);
  menus.set(log, made);
  return made;
}

function makeMenu(messages: Messages, client: Engine): MessageMenu {
  const react = async (message: HistoryMessage, emoji: string) => {
    const known = message.reactions.find((reaction) => reaction.emoji === emoji);
    await client.react(message.id, emoji, !known?.mine).catch(showProblem);
  };
  const pick = async (row: HTMLElement, anchor: HTMLElement) => {
    const { openEmojiPicker } = await loadEmoji();
    openEmojiPicker(anchor, (emoji) => {
      const message = messages.messageOf(row);
      if (message) void react(message, emoji);
    });
  };
  const open = (row: HTMLElement, anchor: HTMLElement = row) => {
    const message = messages.messageOf(row);
    if (!message || message.kind === 'notice') return;
    const back = { focus: () => row.focus({ preventScroll: true }) };
    void openMenu({ client, message, anchor, back, react, pick: () => void pick(row, anchor) });
  };
  const toolbar = new Toolbar({
    react: (row, emoji) => {
      const message = messages.messageOf(row);
      if (message) void react(message, emoji);
    },
    pick: (row, anchor) => void pick(row, anchor),
    reply: (row) => {
      const message = messages.messageOf(row);
      if (message) compose('reply', message);
    },
    more: open,
  });
  return {
    show(row) {
      const message = messages.messageOf(row);
      if (message) toolbar.show(row, message);
    },
    press(row, key) {
      const message = messages.messageOf(row);
      if (!message || message.kind === 'notice') return;
      if (key === 'Enter' || key === 'm' || key === 'ContextMenu') return open(row);
      if (message.kind !== 'text') return;
      if (key === 'r') compose('reply', message);
      if (key === 'e' && message.mine) compose('edit', message);
      if (key === '+') void pick(row, row);
    },
    open,
  };
}
