/**
 * Six words that two devices show when they have agreed on the same nonces: 48 bits, of which a server could choose none,
 * because the first nonce was committed to before the second one was known (protocol/README 7, "History for others").
 */
import { concat, lp } from './codec.ts';
import { hash } from './hash.ts';

/** 256 short words that sound and look different; each stands for one byte. */
const TRANSFER_WORDS: readonly string[] = (
  'acorn actor adobe album alloy amber angle ankle apple apron arena arrow aspen atlas attic audio ' +
  'bacon badge bagel baker bamboo banjo barrel basil basket beach beaver beard bench berry birch bison ' +
  'blanket bonnet border bottle boulder branch brass bread brick bridge bronze brush bucket bugle bundle butter ' +
  'cabin cable cactus camel candle canoe canvas carbon cargo carpet castle cedar cellar chalk cherry chimney ' +
  'cinema circle citrus clay cliff clover coast cobalt coffee comet compass copper coral cotton cradle crater ' +
  'cricket crown crystal curtain cushion daisy dancer dawn delta denim desert diamond dingo doctor dolphin domino ' +
  'donkey dragon drum dune eagle easel echo elbow elder ember engine envoy ermine fabric falcon feather ' +
  'fennel ferry fiddle finch flame flint flute forest fossil fountain fox galaxy garden garlic gazelle geyser ' +
  'ginger glacier glove goblet granite grape gravel guitar hammer harbor harvest hazel helmet heron hickory honey ' +
  'hornet igloo indigo insect iris island ivory jacket jaguar jasmine jersey jigsaw jungle juniper kayak kettle ' +
  'kitten ladder lagoon lantern larch lava lemon lentil lilac linen lizard lobster locket lotus lumber magnet ' +
  'mango maple marble meadow melon mirror mitten monkey mosaic mountain mustard napkin nectar needle nickel nutmeg ' +
  'oasis ocean olive onion opal orbit orchid otter oyster paddle palace panda paper parrot pebble pelican ' +
  'pencil pepper piano pigeon pillow pirate planet plum pocket poplar potato prism pumpkin puzzle quartz quiver ' +
  'rabbit radish raven ribbon river rocket saddle saffron salmon satin scarf silver spider sponge temple thunder ' +
  'tiger timber tulip tunnel turtle velvet violet walnut walrus willow window winter wizard yarrow zebra zipper'
).split(' ');

export interface TransferWordsInput {
  /** 16 B each: the account, the device that begins, the other one. */
  readonly account: Uint8Array;
  readonly begins: Uint8Array;
  readonly answers: Uint8Array;
  /** 32 B each. */
  readonly firstNonce: Uint8Array;
  readonly secondNonce: Uint8Array;
}

/** The six words; both devices come to the same. */
export function transferWords(input: TransferWordsInput): readonly string[] {
  const { account, begins, answers, firstNonce, secondNonce } = input;
  const label = new TextEncoder().encode('sotto/2/transfer');
  const digest = hash(lp(label), concat(account, begins, answers, firstNonce, secondNonce));
  return [...digest.subarray(0, 6)].map((byte) => TRANSFER_WORDS[byte] ?? '');
}
