/** GET /conversations/new: a conversation of two, for browsers without a script. */
import { NewConversationFields, type NewConversationProps } from '../parts/new-conversation.tsx';
import { Sheet } from '../parts/sheet.tsx';

export function NewConversation(props: NewConversationProps) {
  return (
    <Sheet view="new-conversation" title="New conversation" lead="Sealed for the two of you.">
      <form class="stack narrow" method="post" action="/conversations">
        <NewConversationFields {...props} />
      </form>
    </Sheet>
  );
}
