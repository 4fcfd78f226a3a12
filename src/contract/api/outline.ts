/** The document in the form that people read: shapes as TypeScript writes them. */
import { SCOPES, type Scope, TOKEN_CALLS } from '../scopes.ts';
import { accessOf, type OpenApi, refusalsOf } from './document.ts';
import { TAGS } from './operation.ts';
import { CALLS } from './operations.ts';
import { type AnySchema, type Json, reference } from './schema.ts';

export interface Part {
  readonly name: string;
  readonly text: string;
}

/** Sections with their calls, and every shape that has a name. */
export function outline(document: OpenApi) {
  const calls = CALLS.map(({ method, path, operation }) => {
    const { body, answers } = operation;
    const call = `${method} ${path}`;
    const scopes: readonly Scope[] | null = TOKEN_CALLS[call] ?? null;
    const parameters = Object.entries({ ...operation.path, ...operation.query });
    return {
      tag: operation.tag,
      id: call.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase(),
      method,
      path,
      summary: operation.summary,
      access: accessOf(operation),
      isOpen: operation.access === 'open',
      scopes,
      takes: [
        ...parameters.map(([name, schema]) => ({ name, text: shapeOf(schema) })),
        ...(body === undefined
          ? []
          : [{ name: 'body', text: 'bytes' in body ? `bytes, at most ${body.bytes}` : shapeOf(body) }]),
      ],
      answers: [
        ...Object.entries(answers).map(([name, answer]) => ({
          name,
          text: answer === null ? 'nothing' : answer === 'bytes' ? 'bytes' : shapeOf(answer),
        })),
        ...Object.entries(refusalsOf(method, operation)).map(([name, text]) => ({ name, text })),
      ],
    };
  });
  return {
    sections: Object.entries(TAGS).map(([name, about]) => ({
      name,
      about,
      calls: calls.filter(({ tag }) => tag === name),
    })),
    shapes: [
      ...Object.entries(document.components.schemas).map(([name, json]) => ({ name, text: typeText(json) })),
      { name: 'scopes', text: Object.keys(SCOPES).join('\n') },
    ] satisfies readonly Part[],
  };
}

const shapeOf = (schema: AnySchema): string => typeText(reference(schema));

/** A schema as a TypeScript type, with its bounds as comments. */
function typeText(json: Json, indent = ''): string {
  if (typeof json.$ref === 'string') return json.$ref.slice(json.$ref.lastIndexOf('/') + 1);
  if (Array.isArray(json.enum)) return json.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(json.anyOf)) return json.anyOf.map((part: Json) => typeText(part, indent)).join(' | ');
  switch (json.type) {
    case 'array': {
      const item = typeText(json.items as Json, indent);
      return /[ |]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
    }
    case 'object': {
      const properties = Object.entries((json.properties ?? {}) as Record<string, Json>);
      if (properties.length === 0) return String(json.description ?? '{ [name]: value }');
      const required = Array.isArray(json.required) ? json.required : [];
      const lines = properties.map(([name, part]) => {
        const about = notes(part);
        const mark = required.includes(name) ? '' : '?';
        return `${indent}  ${name}${mark}: ${typeText(part, `${indent}  `)};${about === '' ? '' : ` // ${about}`}`;
      });
      return `{\n${lines.join('\n')}\n${indent}}`;
    }
    case 'integer':
      return 'number';
    default:
      return String(json.type ?? 'unknown');
  }
}

function notes(json: Json): string {
  const { minimum, maximum, minLength, maxLength, pattern, contentEncoding, description } = json;
  const range =
    maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
      ? `${String(minimum)} to ${String(maximum)}`
      : minimum !== undefined && minimum !== 0
        ? `${String(minimum)} or more`
        : '';
  const letters =
    maxLength === undefined
      ? ''
      : minLength === maxLength
        ? `${String(maxLength)} characters`
        : `${String(minLength ?? 0)} to ${String(maxLength)} characters`;
  return [
    description,
    range,
    contentEncoding,
    letters,
    contentEncoding === undefined && pattern !== undefined ? `/${String(pattern)}/` : '',
  ]
    .filter((note) => note !== undefined && note !== '')
    .join(', ');
}
