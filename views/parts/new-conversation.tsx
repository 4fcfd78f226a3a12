/** Starting a conversation: a dialog over the workspace, and the same form as a page for browsers without dialogs. */

import { attribute } from './attribute.ts';
import { FieldError } from './field.tsx';
import { Icon } from './icon.tsx';

export interface PersonChoice {
  readonly username: string;
  readonly name: string;
}

export interface NewConversationProps {
  readonly people: readonly PersonChoice[];
  /** What was typed, when the form comes back. */
  readonly typed?: { readonly people: string; readonly name: string };
  readonly errors?: Readonly<Record<string, string>>;
}

export function NewConversationDialog({ people }: { people: readonly PersonChoice[] }) {
  return (
    <dialog id="new-conversation" class="dialog" aria-labelledby="new-conversation-title">
      <form
        class="stack"
        method="post"
        action="/conversations"
        hx-post="/conversations"
        hx-target="#dialog-people-error"
        hx-swap="innerHTML"
        {...{ 'hx-status:400': 'swap:innerHTML' }}
      >
        <header class="dialog-head">
          <h2 id="new-conversation-title">New conversation</h2>
          <button
            type="button"
            class="icon-button"
            command="close"
            commandfor="new-conversation"
            aria-label="Close"
          >
            <Icon name="close" />
          </button>
        </header>
        <NewConversationFields id="dialog" people={people} autofocus />
      </form>
    </dialog>
  );
}

interface FieldsProps extends NewConversationProps {
  /** Prefix of ids: dialog and page may stand in one document. */
  readonly id: string;
  readonly autofocus?: boolean;
}

export function NewConversationFields({ id, people, typed, errors = {}, autofocus = false }: FieldsProps) {
  return (
    <>
      <div class="field">
        <label for={`${id}-people`}>People</label>
        <input
          id={`${id}-people`}
          name="people"
          list={`${id}-usernames`}
          value={attribute(typed?.people ?? '')}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          required
          autofocus={autofocus}
          aria-describedby={`${id}-people-hint ${id}-people-error`}
          {...(errors.people ? { 'aria-invalid': 'true' as const } : {})}
        />
        <p class="hint" id={`${id}-people-hint`}>
          A username. Conversations are between two people for now.
        </p>
        <FieldError name="people" id={`${id}-people-error`} error={errors.people} />
        <datalist id={`${id}-usernames`}>
          {people.map((person) => (
            <option value={attribute(person.username)} safe>
              {person.name}
            </option>
          ))}
        </datalist>
      </div>
      <div class="field">
        <label for={`${id}-name`}>Name</label>
        <input
          id={`${id}-name`}
          name="name"
          value={attribute(typed?.name ?? '')}
          autocomplete="off"
          maxlength={64}
          aria-describedby={`${id}-name-hint ${id}-name-error`}
          {...(errors.name ? { 'aria-invalid': 'true' as const } : {})}
        />
        <p class="hint" id={`${id}-name-hint`}>
          Optional. A conversation of two carries the other person’s name.
        </p>
        <FieldError name="name" id={`${id}-name-error`} error={errors.name} />
      </div>
      <button type="submit" class="button primary">
        Start
      </button>
    </>
  );
}
