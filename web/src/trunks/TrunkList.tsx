import { Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { useMayChange } from '@/session/rights';
import { countryName } from '@/shared/countries';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { LinkButton, TextLink } from '@/shared/links';
import { localeOf } from '@/shared/locale';
import { More } from '@/shared/More';
import { PageHead } from '@/shared/PageHead';
import { Rows, rowLink } from '@/shared/Rows';
import { SearchBox } from '@/shared/SearchBox';
import { Verdict } from '@/shared/Verdict';
import { Waiting } from '@/shared/Waiting';
import { useStatuses, useTrunks } from './reading';
import { latency } from './says';
import { TrunkSentence } from './TrunkSentence';

const route = getRouteApi('/trunks');

export function TrunkList() {
  const { t } = useTranslation();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const mayChange = useMayChange();
  const trunks = useTrunks(q);
  const statuses = useStatuses();
  const add = mayChange && <LinkButton to="/trunks/new">{t('trunks.add')}</LinkButton>;
  const blank = trunks.items?.length === 0;
  return (
    <>
      <PageHead title={t('trunks.title')} sentence={t('trunks.sentence')} actions={!(blank && !q) && add} />
      {!(blank && !q) && (
        <SearchBox
          value={q}
          onChange={(next) => void navigate({ search: next ? { q: next } : {}, replace: true })}
        />
      )}
      {trunks.error && <Failure error={trunks.error} again={() => void trunks.refetch()} mb="md" />}
      {trunks.isPending && <Waiting />}
      {blank &&
        (q ? <Empty sentence={t('shared.noMatch')} /> : <Empty sentence={t('trunks.none')} action={add} />)}
      {trunks.items && !blank && <TrunkRows trunks={trunks.items} statuses={statuses} />}
      <More list={trunks} />
    </>
  );
}

function TrunkRows({ trunks, statuses }: { trunks: TrunkBody[]; statuses: Map<string, StatusBody> }) {
  const { t, i18n } = useTranslation();
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
      cell: (trunk: TrunkBody) => (
        <Verdict of={trunk.enabled ? (statuses.get(trunk.id)?.verdict ?? 'unknown') : 'disabled'} />
      ),
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
  ];
  const probe = (status: StatusBody | undefined) => {
    const ms = latency(status);
    return ms === undefined ? '–' : t('trunks.probeMs', { ms });
  };
  return <Rows label={t('trunks.title')} items={trunks} columns={columns} keyOf={(trunk) => trunk.id} />;
}
