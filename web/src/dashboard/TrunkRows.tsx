import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { useListNumbers } from '@/api/generated/numbers';
import { Card } from '@/shared/Card';
import { TextLink } from '@/shared/links';
import { Rows, rowLink } from '@/shared/Rows';
import type { CallsKnown } from '@/shared/stream/calls';
import { Verdict } from '@/shared/Verdict';
import { latency, stateOf } from '@/trunks/says';

type Props = { trunks: TrunkBody[]; statuses: ReadonlyMap<string, StatusBody>; calls: CallsKnown };

export function TrunkRows({ trunks, statuses, calls }: Props) {
  const { t } = useTranslation();
  const numbers = useListNumbers({ page_size: 500, order_by: 'number' }).data;
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
      cell: (trunk: TrunkBody) => <Verdict of={stateOf(trunk, statuses.get(trunk.id))} />,
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
  ];
  return (
    <Card title={t('dashboard.trunks')}>
      <Rows label={t('dashboard.trunks')} items={trunks} columns={columns} keyOf={(trunk) => trunk.id} />
    </Card>
  );
}

function counted(of: { trunk_id: string }[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { trunk_id } of of) found.set(trunk_id, (found.get(trunk_id) ?? 0) + 1);
  return found;
}
