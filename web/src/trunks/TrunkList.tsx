import { Group } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMayChange } from '@/session/rights';
import { countries } from '@/shared/countries';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { Filter } from '@/shared/Filter';
import { LinkButton } from '@/shared/links';
import { localeOf } from '@/shared/locale';
import { More } from '@/shared/More';
import { PageHead } from '@/shared/PageHead';
import { SearchBox } from '@/shared/SearchBox';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveStatuses } from '@/shared/stream/use';
import { Waiting } from '@/shared/Waiting';
import { useTrunksIn } from './reading';
import type { TrunkSearch } from './routes';
import { STATES } from './says';
import { TrunkRows } from './TrunkRows';

const route = getRouteApi('/trunks');

export function TrunkList() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const mayChange = useMayChange();
  const { now: statuses, freshness } = useLiveStatuses();
  const trunks = useTrunksIn(search, statuses);
  const filtered = Object.keys(search).length > 0;
  const none = trunks.shown?.length === 0 && !trunks.hasNextPage;
  const blank = none && !filtered;
  const add = mayChange && <LinkButton to="/trunks/new">{t('trunks.add')}</LinkButton>;
  return (
    <>
      <PageHead title={t('trunks.title')} sentence={t('trunks.sentence')} actions={!blank && add} />
      <StaleBanner of={[freshness]} />
      {!blank && <Conditions />}
      {trunks.error && <Failure error={trunks.error} again={() => void trunks.refetch()} mb="md" />}
      {trunks.isPending && <Waiting />}
      {blank && <Empty sentence={t('trunks.none')} action={add} />}
      {none && filtered && <Empty sentence={t('shared.noMatch')} />}
      {Boolean(trunks.shown?.length) && <TrunkRows trunks={trunks.shown ?? []} statuses={statuses} />}
      <More list={trunks} />
    </>
  );
}

function Conditions() {
  const { t, i18n } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const become = (changed: TrunkSearch) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <SearchBox value={search.q} onChange={(q) => become({ q: q || undefined })} />
      <Filter
        label={t('trunks.state')}
        data={STATES.map((state) => ({ value: state, label: t(`trunks.verdict.${state}`) }))}
        value={search.state}
        onChange={(state) => become({ state: state as TrunkSearch['state'] })}
      />
      <Filter
        label={t('trunks.country')}
        data={countries(localeOf(i18n.language))}
        value={search.country}
        onChange={(country) => become({ country })}
      />
    </Group>
  );
}
