/**
 * Payloads that speak of an earlier message (protocol/README 7, "Marks"): its new text, its end, a reaction, a pin.
 * Each names its target by the body id, 16 B, under which the relay accepted it.
 */
import { MAX_CONTENT_BYTES } from './content.ts';
import type { Payload } from './payload.ts';
import { fixed, flag, record, text } from './record.ts';

/** Kind `edit`: counts only from the target's account. The target keeps its place. */
export interface EditPayload {
  readonly target: Uint8Array;
  readonly text: string;
}
export const editPayload: Payload<EditPayload> = record(89, 'edit', {
  target: fixed(16),
  text: text(MAX_CONTENT_BYTES),
});

/** Kind `delete`: counts only from the target's account, and for ever. */
export interface DeletePayload {
  readonly target: Uint8Array;
}
export const deletePayload: Payload<DeletePayload> = record(90, 'delete', { target: fixed(16) });

/** Bytes of UTF-8 of one reaction, at most: the longest emoji sequences have some forty. */
export const MAX_REACTION_BYTES = 64;

/** Kind `reaction`: of the sender's account, whichever device; the later one wins. */
export interface ReactionPayload {
  readonly target: Uint8Array;
  readonly emoji: string;
  /** False takes it back. */
  readonly on: boolean;
}
export const reactionPayload: Payload<ReactionPayload> = record(91, 'reaction', {
  target: fixed(16),
  emoji: text(MAX_REACTION_BYTES),
  on: flag,
});

/** Kind `pin`: from owners and admins, in a direct conversation from both; the later one wins. */
export interface PinPayload {
  readonly target: Uint8Array;
  readonly on: boolean;
}
export const pinPayload: Payload<PinPayload> = record(92, 'pin', { target: fixed(16), on: flag });
