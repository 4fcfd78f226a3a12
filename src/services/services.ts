/** All services, made from the ports, in the order in which they need each other. */
import { createSessions } from '../auth/sessions.ts';
import type { Ports, Services } from '../deps.ts';
import { createMailer } from '../ops/mailer.ts';
import { createAccounts } from './accounts.ts';
import { createAudit } from './audit.ts';
import { createBackups } from './backups.ts';
import { createBlobWrites } from './blob-writes.ts';
import { createConversations } from './conversations.ts';
import { createDelivery } from './delivery.ts';
import { createDevices } from './devices.ts';
import { createFileCleanup } from './file-cleanup.ts';
import { createFileRequests } from './file-requests.ts';
import { createFileVisits } from './file-visits.ts';
import { createFiles } from './files.ts';
import { createInvites } from './invites.ts';
import { createLinks } from './links.ts';
import { createMail } from './mail.ts';
import { createParcels } from './parcels.ts';
import { createPolicies } from './policies.ts';
import { createPrekeys } from './prekeys.ts';
import { createPresence } from './presence.ts';
import { createPushes } from './pushes.ts';
import { createRosters } from './rosters.ts';
import { createShares } from './shares.ts';
import { createStartAgain } from './start-again.ts';
import { createStorage } from './storage.ts';
import { createTransparency } from './transparency.ts';
import { visitFinder } from './visits.ts';

export function createServices(ports: Ports, origin: () => string): Services {
  const audit = createAudit(ports);
  const mailer = ports.config.mail && createMailer(ports.config.mail);
  const mail = createMail(ports, { audit, origin, mailer });
  const sessions = createSessions(ports, origin);
  const invites = createInvites(ports);
  const devices = createDevices(ports, sessions);
  const links = createLinks(ports, { devices, sessions });
  const prekeys = createPrekeys(ports, devices);
  const transparency = createTransparency(ports);
  const accounts = createAccounts(ports, { sessions, invites, devices, transparency, origin });
  const conversations = createConversations(ports);
  const rosters = createRosters(ports, { devices, conversations });
  const delivery = createDelivery(ports, { devices, conversations });
  const policies = createPolicies(ports);
  const presence = createPresence(ports, { conversations, policies });
  const bytes = createBlobWrites(ports);
  const files = createFiles(ports, { audit, bytes, devices, policies });
  return {
    accounts,
    invites,
    sessions,
    devices,
    links,
    prekeys,
    conversations,
    rosters,
    delivery,
    transparency,
    backups: createBackups(ports),
    parcels: createParcels(ports),
    policies,
    presence,
    pushes: createPushes(ports),
    startAgain: createStartAgain(ports, { sessions, devices, accounts, origin }),
    audit,
    mail,
    files,
    fileCleanup: createFileCleanup(ports, { audit, bytes }),
    storage: createStorage(ports, { audit, policies }),
    visits: createFileVisits([visitFinder(ports)]),
    shares: createShares(ports, { files, audit }),
    fileRequests: createFileRequests(ports, { files, audit }),
  };
}
