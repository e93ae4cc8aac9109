/** Why a call was turned away, as one sentence of ours and what to do about it: by its code and parameters. */
import type { RejectionBody } from '@/api/generated/api.schemas';

/** Of what a sentence is made; how countries, numbers and lists are written is the reader's. */
export type Parameters = {
  address?: string;
  allows?: string[];
  network?: string;
  called?: string;
  numbers?: string[];
  country?: string;
  method?: string;
  about?: string;
};

export type Why = Parameters & { key: WhyKey };

export type WhyKey =
  | (typeof SOURCE | typeof NUMBER | typeof PLAIN)[number]
  | (typeof NAMED)[keyof typeof NAMED]
  | 'others'
  | 'trunkGone'
  | 'otherwise';

const SOURCE = ['noSource', 'sourceNear', 'sourceOutside', 'sourceUnread'] as const;
const NUMBER = [
  'numberHidden',
  'numberHere',
  'numberReadNow',
  'numberOfCountry',
  'numberNotRead',
  'numberElsewhere',
  'numberNew',
  'numberAmbiguous',
  'numberUnreadable',
] as const;

/** Codes with one sentence each. */
export const PLAIN = [
  'number_malformed',
  'caller_malformed',
  'header_malformed',
  'extension_unsupported',
  'body_unsupported',
  'answer_unacceptable',
  'request_malformed',
  'message_too_large',
  'too_many_hops',
  'call_unknown',
  'source_rate_exceeded',
  'trunk_rate_exceeded',
  'tenant_rate_exceeded',
  'tenant_calls_exceeded',
  'method_not_allowed',
  'trunk_disabled',
  'plan_missing',
  'agent_missing',
  'codec_missing',
  'no_switch',
  'trunk_unknown',
] as const;

/** What is said instead where the edge named what it is about. */
const NAMED = {
  header_malformed: 'headerNamed',
  extension_unsupported: 'extensionNamed',
  body_unsupported: 'bodyNamed',
  answer_unacceptable: 'answerNamed',
} as const;

const OF_NUMBERS = ['number_unknown', 'number_unreadable', 'number_ambiguous'];

/** trunkGone: it had a trunk of yours, which is deleted. */
export function why(row: RejectionBody, trunkGone = false): Why {
  if (trunkGone) return { key: 'trunkGone' };
  if (row.others) return { key: 'others' };
  if (row.code === 'source_not_allowed') return source(row);
  if (OF_NUMBERS.includes(row.code)) return number(row);
  if (row.about && isNamed(row.code)) return { key: NAMED[row.code], about: row.about };
  const key = PLAIN.find((one) => one === row.code) ?? 'otherwise';
  return { key, numbers: known([row.number ?? row.called]), method: row.method, called: row.called };
}

function source({ source_address: address, allows, nearest }: RejectionBody): Why {
  if (!address) return { key: 'sourceUnread', allows };
  if (allows.length === 0) return { key: 'noSource', address };
  if (nearest?.just_outside) return { key: 'sourceNear', address, allows, network: nearest.network };
  return { key: 'sourceOutside', address, allows };
}

const isNamed = (code: string): code is keyof typeof NAMED => Object.hasOwn(NAMED, code);

const HIDDEN = /^(hmac-|\*\*)/;

function number(row: RejectionBody): Why {
  const { called = '', nearest, fixes } = row;
  if (!called || HIDDEN.test(called)) return { key: 'numberHidden' };
  const numbers = known([row.number]);
  if (row.fixed?.fix?.startsWith('read_as_country')) return { key: 'numberReadNow', called, numbers };
  if (row.state === 'fixed') return { key: 'numberHere', called, numbers };
  const meant = known([nearest?.number]);
  if (fixes.some((fix) => fix.kind === 'read_as_country'))
    return { key: 'numberOfCountry', called, numbers: meant, country: nearest?.country };
  if (fixes.some((fix) => fix.kind === 'move_number'))
    return { key: 'numberElsewhere', called, numbers: meant };
  if (nearest?.number) return { key: 'numberNotRead', called, numbers: meant };
  const toAdd = fixes.filter((fix) => fix.kind === 'add_number').map((fix) => fix.number);
  if (toAdd.length) return { key: 'numberNew', called, numbers: known(toAdd) };
  if (row.code === 'number_ambiguous') return { key: 'numberAmbiguous', called };
  return { key: 'numberUnreadable', called };
}

const known = (values: (string | undefined)[]) => values.filter((one) => one !== undefined);
