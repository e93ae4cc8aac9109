import { Tabs } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { TrunkWithPlace } from '@/api/generated/api.schemas';
import { getGetStatusQueryOptions } from '@/api/generated/health';
import { getGetTrunkQueryOptions } from '@/api/generated/trunks';
import { useMayChange } from '@/session/rights';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { Verdict } from '@/shared/Verdict';
import { DeleteTrunk } from './DeleteTrunk';
import { EVERY } from './reading';
import { TrunkNumbers } from './TrunkNumbers';
import { TrunkOverview } from './TrunkOverview';
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
  const { data: status } = useQuery({
    ...getGetStatusQueryOptions(trunk.id),
    refetchInterval: EVERY,
    retry: false,
    placeholderData: keepPreviousData,
  });
  const verdict = trunk.enabled ? (status?.verdict ?? 'unknown') : 'disabled';
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
        beside={<Verdict of={verdict} />}
        sentence={<TrunkSentence trunk={trunk} status={status} />}
        actions={actions}
      />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next as 'overview' }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">{t('trunks.overview')}</Tabs.Tab>
          <Tabs.Tab value="numbers">{t('trunks.numberCount', { count: trunk.number_count })}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <TrunkOverview trunk={trunk} status={status} />
        </Tabs.Panel>
        <Tabs.Panel value="numbers">
          <TrunkNumbers trunkId={trunk.id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
