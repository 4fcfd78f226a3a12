/** Searching as a person does: from what was typed to people, conversations and messages with their names. */
import type { HistoryMessage } from '../engine-types.ts';
import type { Storage } from '../ports.ts';
import {
  conversationsNamed,
  type NamedConversation,
  type NamedPerson,
  type Names,
  peopleNamed,
  readNames,
} from './names.ts';
import { type Filter, parseQuery } from './query.ts';
import { SearchIndex } from './search-index.ts';
import { wantedBy } from './wanted.ts';

export interface FoundMessage {
  readonly message: HistoryMessage;
  /** Names as this device has them; empty for somebody unknown. */
  readonly author: string;
  readonly username: string;
  readonly conversation: NamedConversation;
}

export interface Answer {
  /** Folded words, to be marked in the texts. */
  readonly terms: readonly string[];
  /** Filters that name nobody, nothing or no day. */
  readonly unknown: readonly Filter[];
  /** Whose name says what was typed; nobody when there are filters. */
  readonly people: readonly NamedPerson[];
  readonly conversations: readonly NamedConversation[];
  /** The latest first. */
  readonly messages: readonly FoundMessage[];
  /** How many there are in all. */
  readonly total: number;
  /** Not everything has been indexed yet. */
  readonly isBuilding: boolean;
}

/** What was typed says nothing to look for yet. */
const NOTHING: Answer = {
  terms: [],
  unknown: [],
  people: [],
  conversations: [],
  messages: [],
  total: 0,
  isBuilding: false,
};

export class HistorySearch {
  readonly #index: SearchIndex;
  #names: Names = { conversations: [], people: [] };

  constructor(private readonly storage: Storage) {
    this.#index = new SearchIndex(storage);
  }

  /** Comes up to what the storage has: before the first question, and when something has changed. */
  async refresh(): Promise<void> {
    this.#names = await readNames(this.storage);
    await this.#index.refresh();
  }

  /** Everybody and everything that filters may name. */
  get names(): Names {
    return this.#names;
  }

  /** Whether `foldChanges` should run. */
  get isDue(): boolean {
    return this.#index.isDue;
  }

  /** @param now epoch milliseconds, for `today` */
  async ask(typed: string, now: number, limit: number): Promise<Answer> {
    const query = parseQuery(typed);
    if (query.terms.length === 0 && query.filters.length === 0) return NOTHING;
    const { wanted, unknown } = wantedBy(query, this.#names, now);
    const found = await this.#index.search(wanted, limit);
    const name = query.filters.length > 0 ? '' : query.terms.join(' ');
    return {
      terms: query.terms,
      unknown,
      people: peopleNamed(this.#names, name).filter(({ isSelf }) => !isSelf),
      conversations: groupsNamed(this.#names, name),
      messages: found.messages.map((message) => this.#describe(message)),
      total: found.total,
      isBuilding: found.isBuilding,
    };
  }

  #describe(message: HistoryMessage): FoundMessage {
    const { sender, conversation } = message;
    const author = this.#names.people.find(({ account }) => account === sender.account);
    return {
      message,
      author: author?.name ?? '',
      username: author?.username ?? '',
      conversation: this.#names.conversations.find(({ id }) => id === conversation) ?? {
        id: conversation,
        kind: 'group',
        name: '',
      },
    };
  }
}

/** Direct ones are found by the person. */
function groupsNamed({ conversations, people }: Names, name: string): readonly NamedConversation[] {
  const groups = conversations.filter(({ kind }) => kind === 'group');
  return conversationsNamed({ conversations: groups, people }, name);
}
