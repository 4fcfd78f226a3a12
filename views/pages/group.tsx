/**
 * GET /c/:id/people: who is in a group, and what it is called. The frame alone: names are sealed and membership is signed, so
 * the island draws both from what this device has verified, and signs what is changed here.
 */

import type { ConversationId } from '../../src/contract/ids.ts';
import { t } from '../../src/contract/words.ts';
import { Section, Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

export function Group({ id }: { id: ConversationId }) {
  return (
    <Sheet
      view="group"
      title={t('People and name')}
      lead={t('Signed by the people in it, checked by your device.')}
    >
      <div data-group={id}>
        <noscript>
          <p class="card warn">
            {text('Groups need JavaScript: who is in them is signed with keys that live in this browser.')}
          </p>
        </noscript>
        <Section id="people" title={t('People')}>
          <ul class="list" data-group-people="">
            <li class="list-row hint">{text('Reading the signed list…')}</li>
          </ul>
          <div data-group-add="" />
        </Section>
        <Section
          id="name"
          title={t('Name and topic')}
          lead={t('Sealed like every message: the server never sees them, unless the group is open.')}
        >
          <div data-group-details="" />
        </Section>
        <Section id="access" title={t('Access')}>
          <div data-group-access="" />
        </Section>
        <p class="buttons">
          <a class="button" href={`/c/${id}`}>
            {text('Back to the conversation')}
          </a>
        </p>
        <p class="card" role="status" tabindex="-1" data-group-status="" hidden />
      </div>
    </Sheet>
  );
}
