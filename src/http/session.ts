/** The guard: from a request's cookie to its session, or a reasoned no. */
import type { DeviceSession, Session } from '../auth/sessions.ts';

export interface Guard {
  /** The session, or null: for pages (redirect to /sign-in) and the socket's upgrade. */
  session(request: Request): Promise<Session | null>;
  /** NotSignedIn without a session. */
  signedIn(request: Request): Promise<Session>;
  /** NotSignedIn without a session, Forbidden while it has no device. */
  withDevice(request: Request): Promise<DeviceSession>;
  /** Forbidden for everybody but owners and admins. */
  admin(request: Request): Promise<Session>;
}
