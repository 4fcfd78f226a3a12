/** GET /s/ID: a file for somebody who has a link and no account. The link's key stands in the fragment and never arrives here. */
import { t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Door } from '../parts/door.tsx';
import { Field, FormMessages } from '../parts/field.tsx';
import { text } from '../parts/words.tsx';

export interface ShareProps {
  readonly site: Site;
}

export function Share({ site }: ShareProps) {
  return (
    <Door
      site={site}
      page="share"
      title={t('A file for you')}
      lead={t(
        'Somebody of {workspace} shares it with you. It was encrypted on their device, and is decrypted in this browser. You need no account.',
        { workspace: site.workspace },
      )}
      viewer={null}
    >
      <LinkNeedsScript />
      <form class="stack" data-island="share" method="dialog" novalidate>
        <div class="stack" data-step="open">
          <p data-share-about="" data-waiting="" />
          <div data-share-password="" hidden>
            <Field
              name="password"
              label={t('Password')}
              type="password"
              autocomplete="off"
              hint={t('Whoever sent you the link chose it, and tells you in another way.')}
            />
          </div>
        </div>
        <div class="stack link-step" data-step="file" hidden>
          <h2 tabindex="-1" class="share-name" data-share-name="">
            {text('A file for you')}
          </h2>
          <p data-share-facts="" />
          <p role="status" data-share-saved="" />
          <progress data-share-progress="" max="1" value="0" aria-label={t('Progress')} hidden />
        </div>
        <LinkIsOver />
        <FormMessages />
        <div data-link-buttons="" hidden>
          <button type="submit" class="button primary">
            {text('Open')}
          </button>
        </div>
      </form>
    </Door>
  );
}

/** What is left of a link that leads nowhere. */
export function LinkIsOver() {
  return (
    <div class="stack link-step" data-step="over" hidden>
      <h2 tabindex="-1">{text('This link is over')}</h2>
      <p data-link-over="" />
    </div>
  );
}

/** For browsers without scripts: why there is nothing to see. */
export function LinkNeedsScript() {
  return (
    <noscript>
      <p class="card warn" safe>
        {t(
          'This page needs JavaScript: the key is in the part of the link behind the #, which browsers send to no server, so only a script in this browser can use it. Allow it for this site, then load the page again.',
        )}
      </p>
    </noscript>
  );
}
