/** What stands for ids and a name in the templates of the page that needs no server, until the island has filled it. */
export const PLACEHOLDERS = {
  account: '0'.repeat(32),
  conversation: '0'.repeat(64),
  name: '{name}',
} as const;
