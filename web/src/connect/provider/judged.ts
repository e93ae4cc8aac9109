/** Each network that was found, with what the service says of it. */
import type { Violation } from '@/api/problem';
import type { Found } from './networks';

export type Judged = Found & { verdict: 'good' | 'bad' | 'name' | 'asked'; violation?: Violation };

/** What is sent: the networks in the order in which they were found. */
export const sourcesOf = (found: Found[]): string[] =>
  found.filter((one) => !one.isName).map((one) => one.cidr);

/** violations: of the networks as they were sent; undefined: the service has not said yet. */
export function judged(found: Found[], violations: Violation[] | undefined): Judged[] {
  const sent = sourcesOf(found);
  return found.map((one) => {
    if (one.isName) return { ...one, verdict: 'name' };
    if (violations === undefined) return { ...one, verdict: 'asked' };
    const pointer = `/source_cidrs/${sent.indexOf(one.cidr)}`;
    const violation = violations.find((each) => each.pointer === pointer);
    return violation ? { ...one, verdict: 'bad', violation } : { ...one, verdict: 'good' };
  });
}
