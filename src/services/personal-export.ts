/** Everything that the server holds about a person, as one JSON document that is made while it is read. */
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import type { Row } from '../store/db.ts';
import { PERSONAL_TABLES, type PersonalTable, personalRows } from '../store/personal-data.ts';
import type { Audit } from './audit.ts';

export interface PersonalExport {
  /** Notes in the audit log that it is taken; before the first piece leaves. @param actor null: the server's own command line */
  note(actor: string | null, account: AccountId): Promise<void>;
  /** The document in pieces of UTF-8. Bytes are base64url under `base64`; what is left out is named with its reason. */
  of(account: AccountId): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

/** Rows that are read at a time; the largest, sealed messages, have 64 KiB. */
const PAGE = 50;
const FORMAT = 'sotto personal data 1';

export function createPersonalExport(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  { audit }: { readonly audit: Pick<Audit, 'record'> },
): PersonalExport {
  const encoder = new TextEncoder();

  async function* rowsOf(table: PersonalTable, account: AccountId): AsyncGenerator<Row> {
    for (let offset = 0; ; offset += PAGE) {
      const page = await personalRows(db, table, account, { limit: PAGE, offset });
      yield* page;
      if (page.length < PAGE) return;
      // Reading is done at once: messages must not wait behind a long history.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  return {
    note: (actor, account) =>
      db.write((tx) => audit.record(tx, { actor, action: 'account.exported', subject: account })),

    async *of(account) {
      const head = { format: FORMAT, exportedAt: new Date(clock()).toISOString(), account };
      yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},\n"tables":{`);
      for (const [index, table] of PERSONAL_TABLES.entries()) {
        yield encoder.encode(`${index === 0 ? '' : ','}\n${JSON.stringify(table.table)}:[`);
        let isFirst = true;
        for await (const row of rowsOf(table, account)) {
          yield encoder.encode(`${isFirst ? '' : ','}\n${JSON.stringify(row, readable)}`);
          isFirst = false;
        }
        yield encoder.encode(']');
      }
      const leftOut = Object.fromEntries(
        PERSONAL_TABLES.flatMap((table) => (table.leftOut ? [[table.table, table.leftOut]] : [])),
      );
      yield encoder.encode(`},\n"leftOut":${JSON.stringify(leftOut)}}\n`);
    },
  };
}

const readable = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { base64: toBase64(value) } : value;
