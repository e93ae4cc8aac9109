import { Group } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { getListCallsQueryKey, listCalls } from '@/api/generated/calls';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { More } from '@/shared/More';
import { byId, useNamedAgents, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows } from '@/shared/Rows';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveCalls } from '@/shared/stream/use';
import { Waiting } from '@/shared/Waiting';
import { ChooseColumns, useColumns } from './ChooseColumns';
import { columnsOf } from './columns';
import { Export } from './Export';
import { Filters } from './Filters';
import { merged } from './merged';
import { asked, type CallSearch, fits } from './search';

const route = getRouteApi('/calls');
// milliseconds: the stream tells sooner
const EVERY = 30_000;

function useCalls(search: CallSearch) {
  // of the moment in which the filters were set: a list that asks for another hour each time never settles
  const address = JSON.stringify(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const now = useMemo(() => new Date(), [address]);
  const question = asked(search, now);
  const paged = { ...question, page_size: PAGE_SIZE };
  const pages = usePages(
    [...getListCallsQueryKey(paged), 'pages'],
    (page_token, signal) => listCalls({ ...paged, ...(page_token && { page_token }) }, { signal }),
    (page) => page.calls,
    EVERY,
  );
  const live = useLiveCalls();
  const items =
    pages.items && merged(pages.items, live.now, (call) => fits(call, search, now), !pages.hasNextPage);
  return { pages, items, question, freshness: live.freshness };
}

export function CallList() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const [agents, trunks] = [useNamedAgents(), useNamedTrunks()];
  const names = { agents: byId(agents), trunks: byId(trunks) };
  const { pages, items, question, freshness } = useCalls(search);
  const [columns, keep] = useColumns();
  const none = items?.length === 0;
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHead title={t('calls.title')} sentence={t('calls.sentence')} />
      <StaleBanner of={[freshness]} />
      {!(none && !filtered) && <Filters agents={agents} trunks={trunks} />}
      {pages.error && <Failure error={pages.error} again={() => void pages.refetch()} mb="md" />}
      {pages.isPending && <Waiting rows={6} />}
      {none && <Empty sentence={filtered ? t('shared.noMatch') : t('calls.none')} />}
      {items && !none && (
        <>
          <Group mb="xs" gap="xs" justify="flex-end">
            <Export asked={question} {...names} />
            <ChooseColumns names={columns} keep={keep} />
          </Group>
          <Rows
            label={t('calls.title')}
            items={items}
            columns={columnsOf(columns, t, names)}
            keyOf={(one) => one.id}
          />
        </>
      )}
      <More list={pages} />
    </>
  );
}
