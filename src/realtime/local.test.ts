import { holdsHubContract } from '../../test/support/hub-contract.ts';
import { createLocalHub } from './local.ts';

holdsHubContract('one node', async () => {
  const hub = createLocalHub();
  return { here: hub, there: hub, close: () => hub.close() };
});
