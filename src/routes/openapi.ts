/**
 * The OpenAPI document, put together by @elysiajs/openapi from an app of described routes. It is not the app that serves: routes read their
 * input by hand (http/input.ts), so there is nothing in them that a generator could read.
 */
import { toOpenAPISchema } from '@elysiajs/openapi/openapi';
import { Elysia, t } from 'elysia';
import { describedCalls, frame, type OpenApi } from '../contract/api/document.ts';
import type { Json } from '../contract/api/schema.ts';

/** @param origin where this server is */
export function openApi(origin: string): OpenApi {
  const { calls, schemas } = describedCalls();
  const app = new Elysia({ aot: false });
  for (const { method, path, detail, params, query, required } of calls) {
    const asked = Object.entries(query).map(([name, json]) => {
      const schema = t.Unsafe<string>(json);
      return [name, required.includes(name) ? schema : t.Optional(schema)] as const;
    });
    app.route(method, path, () => '', {
      detail: { ...detail },
      ...(Object.keys(params).length > 0 ? { params: t.Object(unsafe(params)) } : {}),
      ...(asked.length > 0 ? { query: t.Object(Object.fromEntries(asked)) } : {}),
    });
  }
  const paths: Record<string, Record<string, Json>> = {};
  for (const [path, item] of Object.entries(toOpenAPISchema(app).paths)) {
    const operations: Record<string, Json> = {};
    for (const [method, operation] of Object.entries<unknown>({ ...item }))
      if (isOperation(operation)) operations[method] = operation;
    paths[path] = operations;
  }
  const { securitySchemes, ...around } = frame(origin);
  return { ...around, paths, components: { schemas, securitySchemes } };
}

const unsafe = (schemas: Readonly<Record<string, Json>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, json]) => [name, t.Unsafe<string>(json)]));

const isOperation = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && 'operationId' in value;
