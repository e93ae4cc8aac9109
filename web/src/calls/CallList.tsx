import { Group, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody } from '@/api/generated/api.schemas';
import { getListCallsQueryKey, listCalls } from '@/api/generated/calls';
import { useListNumbers } from '@/api/generated/numbers';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { TextLink } from '@/shared/links';
import { More } from '@/shared/More';
import { international, Num } from '@/shared/Num';
import { byId, choices, useNamedAgents, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows, rowLink } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';
import { When } from '@/shared/When';
import { CallSentence } from './CallSentence';
import type { CallSearch } from './routes';
import { outcome } from './says';

const route = getRouteApi('/calls');
// milliseconds
const EVERY = 5_000;

function useCalls({ number, trunk, agent, answered }: CallSearch) {
  const asked = {
    page_size: PAGE_SIZE,
    ...(number && { number: [number] }),
    ...(trunk && { trunk_id: [trunk] }),
    ...(agent && { agent_id: [agent] }),
    ...(answered && { answered: [answered === 'true'] }),
  };
  return usePages(
    [...getListCallsQueryKey(asked), 'pages'],
    (page_token, signal) => listCalls({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.calls,
    EVERY,
  );
}

export function CallList() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const agents = useNamedAgents();
  const calls = useCalls(search);
  const none = calls.items?.length === 0;
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHead title={t('calls.title')} sentence={t('calls.sentence')} />
      {!(none && !filtered) && <Filters agents={agents} />}
      {calls.error && <Failure error={calls.error} again={() => void calls.refetch()} mb="md" />}
      {calls.isPending && <Waiting rows={6} />}
      {none && <Empty sentence={filtered ? t('shared.noMatch') : t('calls.none')} />}
      {calls.items && !none && <CallRows calls={calls.items} agents={byId(agents)} />}
      <More list={calls} />
    </>
  );
}

function Filters({ agents }: { agents: AgentBody[] }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const trunks = useNamedTrunks();
  const numbers = useListNumbers({ page_size: 500, order_by: 'number' }).data?.numbers ?? [];
  const become = (changed: Partial<Record<keyof CallSearch, string | null>>) =>
    void navigate({ search: { ...search, ...changed } as CallSearch, replace: true });
  const data = {
    number: numbers.map(({ number }) => ({ value: number, label: international(number) })),
    trunk: choices(trunks),
    agent: choices(agents),
    answered: [
      { value: 'true', label: t('calls.outcome.answered') },
      { value: 'false', label: t('calls.notAnswered') },
    ],
  };
  return (
    <Group mb="md" gap="sm" align="flex-end">
      {(['number', 'trunk', 'agent', 'answered'] as const).map((name) => (
        <Select
          key={name}
          label={t(`calls.filter.${name}`)}
          placeholder={t('calls.any')}
          data={data[name]}
          value={search[name] ?? null}
          onChange={(value) => become({ [name]: value ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': t('calls.clear', { what: t(`calls.filter.${name}`) }) }}
          searchable={name !== 'answered'}
          flex="1 1 180px"
        />
      ))}
    </Group>
  );
}

function CallRows({ calls, agents }: { calls: CallBody[]; agents: Map<string, AgentBody> }) {
  const { t } = useTranslation();
  const columns = [
    {
      key: 'when',
      head: t('calls.when'),
      cell: (one: CallBody) => (
        <TextLink to="/calls/$callId" params={{ callId: one.id }} className={rowLink}>
          <When at={one.started_at} />
        </TextLink>
      ),
    },
    {
      key: 'from',
      head: t('calls.from'),
      cell: (one: CallBody) => <Num e164={one.caller ?? t('calls.unknown')} />,
    },
    {
      key: 'to',
      head: t('calls.to'),
      cell: (one: CallBody) => <Num e164={one.number ?? one.called ?? t('calls.unknown')} />,
    },
    { key: 'outcome', head: t('calls.how'), cell: (one: CallBody) => t(`calls.outcome.${outcome(one)}`) },
    {
      key: 'says',
      head: t('calls.what'),
      cell: (one: CallBody) => <CallSentence call={one} agents={agents} />,
    },
  ];
  return <Rows label={t('calls.title')} items={calls} columns={columns} keyOf={(one) => one.id} />;
}
