/** A labelled list to choose one thing from, with its hint and its error. */
import { attribute } from './attribute.ts';
import { FieldError } from './field.tsx';

export interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  /** Value and words. */
  readonly options: readonly (readonly [string, string])[];
  readonly value: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  /** Differs from `name` where a page has several of the same name. */
  readonly id?: string;
}

export function Choice({ name, label, options, value, hint, error, id = name }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id} safe>
        {label}
      </label>
      <select
        id={id}
        name={name}
        aria-describedby={hint ? `${id}-hint ${id}-error` : `${id}-error`}
        {...(error ? { 'aria-invalid': 'true' as const } : {})}
      >
        {options.map(([each, words]) => (
          <option value={attribute(each)} selected={each === value} safe>
            {words}
          </option>
        ))}
      </select>
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
