/** How all trunks stand, in one sentence: which can take calls, and what is wrong with the others. */
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { stateOf } from '@/trunks/says';

export type Standing = {
  key: 'none' | 'oneCan' | 'allCan' | 'someCan' | 'noneCan' | 'oneCannot';
  can: number;
  total: number;
  /** The first of those that can, where it stands alone. */
  name?: string;
  /** Those that are down or degraded, the worst and the longest first. */
  wrong: { trunk: TrunkBody; state: 'down' | 'degraded'; since: string }[];
  disabled: number;
  untested: number;
};

const CANNOT = ['down', 'disabled'];
const WORSE = ['down', 'degraded'];

export function standing(trunks: TrunkBody[], statuses: ReadonlyMap<string, StatusBody>): Standing {
  const all = trunks.map((trunk) => {
    const status = statuses.get(trunk.id);
    return { trunk, state: stateOf(trunk, status), since: status?.since ?? trunk.updated_at };
  });
  const able = all.filter(({ state }) => !CANNOT.includes(state));
  const wrong = all
    .filter(({ state }) => WORSE.includes(state))
    .sort((one, other) => rank(one) - rank(other) || one.since.localeCompare(other.since));
  return {
    key: keyOf(able.length, all.length),
    can: able.length,
    total: all.length,
    name: all.length === 1 ? all[0]?.trunk.name : undefined,
    wrong: wrong as Standing['wrong'],
    disabled: all.filter(({ state }) => state === 'disabled').length,
    untested: all.filter(({ state }) => state === 'untested').length,
  };
}

const rank = ({ state }: { state: string }) => WORSE.indexOf(state);

function keyOf(can: number, total: number): Standing['key'] {
  if (total === 0) return 'none';
  if (total === 1) return can ? 'oneCan' : 'oneCannot';
  if (can === total) return 'allCan';
  return can ? 'someCan' : 'noneCan';
}
