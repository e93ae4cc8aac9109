import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { TrunkWithPlace } from '@/api/generated/api.schemas';
import { getGetTrunkQueryOptions } from '@/api/generated/trunks';
import { useMayChange } from '@/session/rights';
import { Changes } from '@/shared/Changes';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveStatuses } from '@/shared/stream/use';
import { Verdict } from '@/shared/Verdict';
import { DeleteTrunk } from './DeleteTrunk';
import { EVERY } from './reading';
import type { Tab } from './routes';
import { stateOf } from './says';
import { TrunkCalls } from './TrunkCalls';
import { TrunkNumbers } from './TrunkNumbers';
import { TrunkOverview } from './TrunkOverview';
import { TrunkRefusals } from './TrunkRefusals';
import { TrunkSentence } from './TrunkSentence';

const route = getRouteApi('/trunks/$trunkId');

export function TrunkPage() {
  const { trunkId } = route.useParams();
  const trunk = useQuery({ ...getGetTrunkQueryOptions(trunkId), refetchInterval: EVERY });
  return <Read query={trunk}>{(current) => <One trunk={current} />}</Read>;
}

function One({ trunk }: { trunk: TrunkWithPlace }) {
  const { t } = useTranslation();
  const { tab = 'overview' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayChange = useMayChange();
  const { now: statuses, freshness } = useLiveStatuses();
  const status = statuses.get(trunk.id);
  const actions = mayChange && (
    <>
      <LinkButton variant="default" to="/trunks/$trunkId/edit" params={{ trunkId: trunk.id }}>
        {t('shared.edit')}
      </LinkButton>
      <DeleteTrunk trunk={trunk} />
    </>
  );
  return (
    <>
      <PageHead
        title={trunk.name}
        beside={<Verdict of={stateOf(trunk, status)} />}
        sentence={<TrunkSentence trunk={trunk} status={status} />}
        actions={actions}
      />
      <StaleBanner of={[freshness]} />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next as Tab }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">{t('trunks.overview')}</Tabs.Tab>
          <Tabs.Tab value="numbers">{t('trunks.numberCount', { count: trunk.number_count })}</Tabs.Tab>
          <Tabs.Tab value="calls">{t('trunks.calls')}</Tabs.Tab>
          <Tabs.Tab value="refusals">{t('trunks.refusals')}</Tabs.Tab>
          <Tabs.Tab value="changes">{t('trunks.changes')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <TrunkOverview trunk={trunk} status={status} />
        </Tabs.Panel>
        <Tabs.Panel value="numbers">
          <TrunkNumbers trunkId={trunk.id} />
        </Tabs.Panel>
        <Tabs.Panel value="calls">
          <TrunkCalls trunkId={trunk.id} />
        </Tabs.Panel>
        <Tabs.Panel value="refusals">
          <TrunkRefusals trunkId={trunk.id} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <Changes of={{ resource_id: [trunk.id] }} none={t('trunks.noChanges')} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
