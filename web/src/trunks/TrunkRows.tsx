import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { countryName } from '@/shared/countries';
import { LastCall } from '@/shared/LastCall';
import { useLatestCalls } from '@/shared/latest';
import { TextLink } from '@/shared/links';
import { localeOf } from '@/shared/locale';
import { Rows, rowLink } from '@/shared/Rows';
import { Verdict } from '@/shared/Verdict';
import { latency, stateOf } from './says';
import { TrunkSentence } from './TrunkSentence';

type Props = { trunks: TrunkBody[]; statuses: ReadonlyMap<string, StatusBody> };

export function TrunkRows({ trunks, statuses }: Props) {
  const { t, i18n } = useTranslation();
  const keys = useMemo(() => trunks.map((one) => one.id), [trunks]);
  const latest = useLatestCalls('trunk_id', keys);
  const probe = (status: StatusBody | undefined) => {
    const ms = latency(status);
    return ms === undefined ? '–' : t('trunks.probeMs', { ms });
  };
  const columns = [
    {
      key: 'name',
      head: t('trunks.name'),
      cell: (trunk: TrunkBody) => (
        <>
          <TextLink to="/trunks/$trunkId" params={{ trunkId: trunk.id }} className={rowLink} dir="auto">
            {trunk.name}
          </TextLink>
          <Text size="xs" c="dimmed" maw="56ch">
            <TrunkSentence trunk={trunk} status={statuses.get(trunk.id)} />
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      head: t('trunks.state'),
      cell: (trunk: TrunkBody) => <Verdict of={stateOf(trunk, statuses.get(trunk.id))} />,
    },
    {
      key: 'domain',
      head: t('trunks.domain'),
      cell: (trunk: TrunkBody) => (
        <Text size="xs" ff="monospace">
          {trunk.domain}
        </Text>
      ),
    },
    {
      key: 'country',
      head: t('trunks.country'),
      cell: (trunk: TrunkBody) => countryName(trunk.country, localeOf(i18n.language)),
    },
    {
      key: 'probe',
      head: t('trunks.probe'),
      end: true,
      cell: (trunk: TrunkBody) => probe(statuses.get(trunk.id)),
    },
    {
      key: 'last',
      head: t('numbers.lastCall'),
      end: true,
      cell: (trunk: TrunkBody) => <LastCall call={latest.get(trunk.id)} />,
    },
  ];
  return <Rows label={t('trunks.title')} items={trunks} columns={columns} keyOf={(trunk) => trunk.id} />;
}
