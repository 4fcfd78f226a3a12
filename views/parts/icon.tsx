/** Icons are masks from app.css: fragments stay small, and the island's shadow roots use the same `--icon-NAME`. */
import { t } from '../../src/contract/words.ts';

export type IconName =
  | 'plus'
  | 'send'
  | 'lock'
  | 'shield'
  | 'settings'
  | 'admin'
  | 'back'
  | 'search'
  | 'info'
  | 'key'
  | 'copy'
  | 'download'
  | 'print'
  | 'clock'
  | 'people'
  | 'pin'
  | 'reply'
  | 'more'
  | 'down'
  | 'mute'
  | 'archive'
  | 'smile'
  | 'link'
  | 'files'
  | 'warning'
  | 'close';

/** A decorative icon; whatever holds it has the name. */
export function Icon({ name }: { name: IconName }) {
  return <span class={`icon icon-${name}`} aria-hidden="true" />;
}

/** The mark of a verified person: hidden until the island says that this reader verified them. */
export function VerifiedMark() {
  return (
    <span class="verified" data-verified-mark="" hidden role="img" aria-label={t('Verified')}>
      <Icon name="shield" />
    </span>
  );
}
