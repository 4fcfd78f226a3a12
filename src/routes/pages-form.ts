/** Plain forms: application/x-www-form-urlencoded, as browsers send them with and without a script. */
import { sentence } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';

/** Bytes of one form: names, numbers and choices, never files. */
const MAX_FORM_BYTES = 16 * 1024;

/** Reads a form. UnsupportedMediaType, or TooLarge. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  // A form without fields may come without a body and so without a type.
  if (type === undefined && request.body === null) return new URLSearchParams();
  if (type !== 'application/x-www-form-urlencoded')
    throw new Refusal('UnsupportedMediaType', 'Send this as a form of this site sends it.');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_FORM_BYTES)
    throw new Refusal(
      'TooLarge',
      sentence('That is too large: at most {n} KiB can be sent here.', { n: MAX_FORM_BYTES / 1024 }),
    );
  return new URLSearchParams(new TextDecoder().decode(bytes));
}
