/** GET /conversations/new: a conversation of two, for browsers without a script. */
import { t } from '../../src/contract/words.ts';
import { NewConversationFields, type NewConversationProps } from '../parts/new-conversation.tsx';
import { Sheet } from '../parts/sheet.tsx';

export function NewConversation(props: NewConversationProps) {
  return (
    <Sheet view="new-conversation" title={t('New conversation')} lead={t('Sealed for the two of you.')}>
      <form class="stack narrow" method="post" action="/conversations">
        <NewConversationFields {...props} />
      </form>
    </Sheet>
  );
}
