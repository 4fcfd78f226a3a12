/** A labelled field with its hint and its error: one place for the ids that tie them together. */
import { say } from '../../src/contract/words.ts';
import { attribute } from './attribute.ts';

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  /** Differs from `name` where two forms of a page have a field of the same name. */
  readonly id?: string;
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'date';
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly minlength?: number;
  readonly maxlength?: number;
  readonly min?: number;
  readonly max?: number;
  /** A regular expression that the whole value matches. */
  readonly pattern?: string;
  /** A name or a code, not prose: no capitals, no spelling. */
  readonly literal?: boolean;
  readonly list?: string;
  readonly autofocus?: boolean;
  readonly inputmode?: 'numeric';
  readonly placeholder?: string;
}

export function Field({
  name,
  label,
  id = name,
  type = 'text',
  value = '',
  hint,
  error,
  literal,
  ...rest
}: FieldProps) {
  const said = hint ? `${id}-hint ${id}-error` : `${id}-error`;
  return (
    <div class="field">
      <label for={id} safe>
        {label}
      </label>
      <input
        {...rest}
        id={id}
        name={name}
        type={type}
        value={attribute(value)}
        aria-describedby={said}
        {...(error ? { 'aria-invalid': 'true' as const } : {})}
        {...(literal ? { autocapitalize: 'none', spellcheck: 'false', autocorrect: 'off' } : {})}
      />
      {hint ? (
        <p class="hint" id={`${id}-hint`} safe>
          {hint}
        </p>
      ) : (
        ''
      )}
      <FieldError name={name} id={`${id}-error`} error={error} />
    </div>
  );
}

/** Where the server or the island says what is wrong with one field. */
export function FieldError({
  name,
  id,
  error = '',
}: {
  name: string;
  id: string;
  error?: string | undefined;
}) {
  return (
    <p class="error" id={id} data-field-error={name} safe>
      {say(error)}
    </p>
  );
}

/** Where a form says what is wrong as a whole, and how far it has come. */
export function FormMessages({ error = '' }: { error?: string | undefined }) {
  return (
    <>
      <p class="error form-error" role="alert" data-form-error="" safe>
        {say(error)}
      </p>
      <p class="progress" role="status" data-progress="" />
    </>
  );
}
