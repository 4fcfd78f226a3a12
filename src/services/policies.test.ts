import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { DEFAULT_POLICIES } from '../contract/policies.ts';
import { putSetting } from '../store/settings.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

test('what nobody has decided is allowed, and stays so beside what was', async () => {
  const { policies } = app.deps.services;
  expect(await policies.read()).toEqual(DEFAULT_POLICIES);
  await policies.write({ typing: false });
  expect(await policies.read()).toEqual({ ...DEFAULT_POLICIES, typing: false });
});

test('two admins who decide at once both have their way', async () => {
  const { policies } = app.deps.services;
  await Promise.all([policies.write({ presence: false }), policies.write({ typing: false })]);
  expect(await policies.read()).toEqual({ ...DEFAULT_POLICIES, presence: false, typing: false });
});

test('a record of another release counts as far as it can be read', async () => {
  const stored = {
    presence: 'no',
    typing: false,
    maxFileBytes: 2 ** 60,
    fileDays: -1,
    accountFileBytes: 1.5,
  };
  const words = new TextEncoder().encode(JSON.stringify({ ...stored, later: 1 }));
  await app.deps.db.write((tx) => putSetting(tx, 'policies', words));
  expect(await app.deps.services.policies.read()).toEqual({ ...DEFAULT_POLICIES, typing: false });
});
