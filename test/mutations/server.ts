// biome-ignore-all format: one row is one mutation
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of the source
/** The server and the pages without one of their defences. */
import { type Mutation, under } from './mutation.ts';

export const SERVER: readonly Mutation[] = under('src', [
  ['a former device stays when an account is started again', 'R38', 'services/start-again.ts',
    [['    await revokeDevice(tx, account, id, now);\n',
      '']], ['routes/start-again.test.ts']],
  ['an admin starts an owner again', 'R15', 'services/start-again-links.ts',
    [["if (by && row.role === 'owner' && by.role !== 'owner')",
      "if (by && row.role === 'nobody')"]], ['routes/start-again.test.ts']],
  ['a one-time key is handed out twice', 'R23', 'store/prekeys.ts',
    [['    `DELETE FROM one_time_prekeys WHERE device = $1\n     AND id = (SELECT MIN(id) FROM one_time_prekeys WHERE device = $2)\n     RETURNING id, batch, position, leaf, path`',
      '    `SELECT id, batch, position, leaf, path FROM one_time_prekeys WHERE device = $1\n     AND id = (SELECT MIN(id) FROM one_time_prekeys WHERE device = $2)`']], ['routes/prekeys-api.test.ts']],

  ['one person may claim all one-time keys of another', 'R23', 'services/prekeys.ts',
    [['mine < PREKEYS_PER_REQUESTER_PER_DAY && ',
      '']], ['routes/prekeys-api.test.ts']],

  ['what this browser keeps runs without being compared', 'R35', 'service-worker/kept.ts',
    [['return bytes && (await sha384(bytes)) === hash ? bytes : null;',
      'return bytes && hash ? bytes : null;']], ['test/browser/offline.test.ts']],
  ['a page whose hashes are others than the accepted ones is shown', 'R35', 'service-worker/pages.ts',
    [['else if (integrity !== undefined && integrity !== file.sha384) refused[path] = integrity;',
      '']], ['test/browser/changed-code.test.ts']],

  ['a device list that follows another one is published', 'R12', 'services/published.ts',
    [['if (previous && (list.version !== previous.version + 1 || !equalBytes(list.previous, previous.hash)))',
      'if (previous && list.version < 0)']], ['routes/devices-api.test.ts']],

  ['markup that runs stays in an address', 'R34', 'island/allow-list.ts',
    [['return /^(?:js|javascript|vbscript|data|blob|filesystem):/.test(bare);',
      "return bare === 'nothing';"], ["    return url.origin === origin && url.username === '' && url.password === '';",
      '    return url.origin !== null;']], ['test/browser/sanitiser.test.ts']],
  ['attributes of any name stay', 'R34', 'island/allow-list.ts',
    [['  return HTML_ATTRIBUTES.has(name) || HTMX_ATTRIBUTES.has(name);',
      "  return name !== '';"]], ['test/browser/sanitiser.test.ts']],
  ['elements of any name stay', 'R34', 'island/allow-list.ts',
    [["if (!HTML_ELEMENTS.has(element.localName) || element.hasAttribute('is')) return false;",
      '']], ['test/browser/sanitiser.test.ts']],
  ['fragments ask for something by themselves', 'R34', 'island/allow-list.ts',
    [["if (name === 'hx-trigger') return BY_HAND.test(value);",
      "if (name === 'hx-trigger') return true;"]], ['test/browser/sanitiser.test.ts']],

  ['what is inside a template stays as it was', 'R34', 'island/sanitise.ts',
    [['    cleanChildren(node instanceof HTMLTemplateElement ? node.content : node, origin);',
      '    cleanChildren(node, origin);']], ['test/browser/sanitiser.test.ts']],
  ['markup that changes when it is parsed again is taken', 'R34', 'island/sanitise.ts',
    [['return cleanOnce(once, shape, parse, origin) === once ? once : EMPTY[shape];',
      'return once;']], ['test/browser/sanitiser.test.ts']],

  ['scripts of any address are loaded', 'R34 R35', 'island/trusted-types.ts',
    [['if (origin !== location.origin || !LOADED.has(pathname))',
      "if (href === '')"]], ['test/browser/sanitiser.test.ts']],

  ['writes from other sites are taken', 'R34', 'http/requests.ts',
    [['  if (foreign)\n',
      '  if (foreign && site === null)\n']]],

  ['the bytes of files that are served are not compared', 'R35', 'verify/verify.ts',
    [['if (got !== asset.integrity)',
      "if (got === '')"]], ['test/integration/verify.test.ts']],
]);
