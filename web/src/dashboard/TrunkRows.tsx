import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { useGetLatestCalls } from '@/api/generated/calls';
import { useListNumbers } from '@/api/generated/numbers';
import { Card } from '@/shared/Card';
import { TextLink } from '@/shared/links';
import { Rows, rowLink } from '@/shared/Rows';
import type { CallsKnown } from '@/shared/stream/calls';
import { Verdict } from '@/shared/Verdict';
import { When } from '@/shared/When';
import { latency, STATES, stateOf } from '@/trunks/says';

type Props = { trunks: TrunkBody[]; statuses: ReadonlyMap<string, StatusBody>; calls: CallsKnown };

export function TrunkRows({ trunks, statuses, calls }: Props) {
  const { t } = useTranslation();
  const numbers = useListNumbers({ page_size: 500, order_by: 'number' }).data;
  const last = useLastCalls(trunks, calls);
  const state = (trunk: TrunkBody) => stateOf(trunk, statuses.get(trunk.id));
  const callsNow = counted([...calls.goingOn.values()]);
  const held = counted(numbers?.numbers ?? []);
  const more = numbers?.next_page_token ? '+' : '';
  const probe = (trunk: TrunkBody) => {
    const ms = latency(statuses.get(trunk.id));
    return ms === undefined ? '–' : t('trunks.probeMs', { ms });
  };
  const columns = [
    {
      key: 'trunk',
      head: t('dashboard.trunk'),
      cell: (trunk: TrunkBody) => (
        <TextLink to="/trunks/$trunkId" params={{ trunkId: trunk.id }} className={rowLink} dir="auto">
          {trunk.name}
        </TextLink>
      ),
    },
    {
      key: 'state',
      head: t('dashboard.state'),
      cell: (trunk: TrunkBody) => <Verdict of={state(trunk)} />,
    },
    {
      key: 'numbers',
      head: t('dashboard.numbers'),
      end: true,
      cell: (trunk: TrunkBody) => (numbers ? `${held.get(trunk.id) ?? 0}${more}` : ''),
    },
    {
      key: 'calls',
      head: t('dashboard.callsNow'),
      end: true,
      cell: (trunk: TrunkBody) => String(callsNow.get(trunk.id) ?? 0),
    },
    { key: 'probe', head: t('dashboard.probe'), end: true, cell: probe },
    {
      key: 'last',
      head: t('dashboard.last'),
      end: true,
      cell: (trunk: TrunkBody) => {
        const at = last(trunk.id);
        return at ? <When at={at} /> : t('dashboard.never');
      },
    },
  ];
  // what needs a hand first
  const rank = (trunk: TrunkBody) => STATES.indexOf(state(trunk));
  const items = [...trunks].sort((one, other) => rank(one) - rank(other));
  return (
    <Card title={t('dashboard.trunks')}>
      <Rows label={t('dashboard.trunks')} items={items} columns={columns} keyOf={(trunk) => trunk.id} />
    </Card>
  );
}

const MOST = 200;
// milliseconds; calls of this moment are told by the stream
const EVERY = 30_000;

/** When the newest call of a trunk began: of those that were read, and of those that were told since. */
function useLastCalls(trunks: TrunkBody[], known: CallsKnown): (trunkId: string) => string | undefined {
  const trunk_id = trunks.slice(0, MOST).map((one) => one.id);
  const { data } = useGetLatestCalls({ trunk_id }, { query: { refetchInterval: EVERY } });
  const read = new Map(data?.latest.map((one) => [one.trunk_id, one.call?.started_at]));
  const told = [...known.goingOn.values(), ...known.ended.values()];
  return (trunkId) =>
    [read.get(trunkId), ...told.filter((one) => one.trunk_id === trunkId).map((one) => one.started_at)]
      .filter((at) => at !== undefined)
      .sort()
      .at(-1);
}

function counted(of: { trunk_id: string }[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { trunk_id } of of) found.set(trunk_id, (found.get(trunk_id) ?? 0) + 1);
  return found;
}
