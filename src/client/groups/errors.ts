/** Why a message of a group does not open yet, or never does. */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { ProtocolError } from '../../protocol/errors.ts';

/** It names a roster that this device has not seen: the server may know more. */
export class UnknownRoster extends ProtocolError {
  constructor(
    readonly conversation: ConversationId,
    /** Who has signed the message. */
    readonly from: AccountId,
    /** 32 bytes. */
    readonly rosterHash: Uint8Array,
  ) {
    super('E_ROSTER', 'a roster that is not known here');
  }
}

/** It was written more than a day after its sender could have known of other members. */
export class LateMessage extends ProtocolError {
  constructor() {
    super('E_ROSTER', 'written long after the members had changed');
  }
}
