import { expect, test } from 'bun:test';
import { isSameFiles, manifestOf, viewFile } from './view.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const manifest = {
  id: filled(16, 1),
  key: filled(32, 2),
  name: 'plan.pdf',
  type: 'application/pdf',
  size: 12,
  root: filled(32, 3),
  commitment: filled(32, 4),
  series: filled(16, 1),
  version: 1,
  previewType: '',
  preview: null,
  width: null,
  height: null,
  duration: null,
  expiresAt: null,
};

test('a file is known under a name that leads nowhere and turns nothing around [R33]', () => {
  for (const name of ['../../etc/passwd', 'a\u202efdp.exe', 'x\u0000\ny', 'C:\\x', '.bashrc', 'CON.txt']) {
    const shown = viewFile({ ...manifest, name }).name;
    expect(shown).not.toBe(name);
    expect(shown).not.toMatch(/[/\\:\u202e\p{Cc}]/u);
    expect(shown).not.toBe('');
  }
  expect(viewFile(manifest).name).toBe('plan.pdf');
});

test('what is kept says again what was sent, and two lists are the same when everything in them is', () => {
  const kept = viewFile(manifest);
  expect(manifestOf(kept)).toEqual(manifest);
  expect(isSameFiles([kept], [viewFile(manifest)])).toBe(true);
  expect(isSameFiles([kept], [])).toBe(false);
  expect(isSameFiles([kept], [viewFile({ ...manifest, key: filled(32, 9) })])).toBe(false);
  expect(isSameFiles([kept], [viewFile({ ...manifest, size: 13 })])).toBe(false);
});
