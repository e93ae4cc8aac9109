import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  deleteAgent,
  getGetAgentQueryKey,
  getListAgentsQueryKey,
  getUpdateAgentUrl,
  updateAgent,
  useGetAgent,
} from '@/api/generated/agents';
import type { AgentBody } from '@/api/generated/api.schemas';
import { ifVersion } from '@/api/request';
import { validated } from '@/api/validate';
import { useMayChange } from '@/session/rights';
import { ConfirmDelete } from '@/shared/ConfirmDelete';
import { LinkButton } from '@/shared/links';
import { useNamedPlans } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { AgentProbe } from '@/shared/probe/AgentProbe';
import { agentStatusesKey } from '@/shared/probe/reading';
import { Read } from '@/shared/Read';
import { AgentForm } from './AgentForm';
import { type AgentValues, toPatch, valuesOf } from './agent-values';

const route = getRouteApi('/answering/agents/$agentId');

export function AgentPage() {
  const { agentId } = route.useParams();
  const agent = useGetAgent(agentId);
  return (
    <Read query={agent}>
      {(current) => <One agent={current} reload={async () => (await agent.refetch()).data} />}
    </Read>
  );
}

function One({ agent, reload }: { agent: AgentBody; reload: () => Promise<AgentBody | undefined> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayChange = useMayChange();
  const [begun, setBegun] = useState(agent);
  const named = useNamedPlans().filter((plan) =>
    [plan.first_agent_id, plan.fallback_agent_id].includes(agent.id),
  );
  const done = async (message: string) => {
    await queries.invalidateQueries({ queryKey: getListAgentsQueryKey() });
    void queries.invalidateQueries({ queryKey: agentStatusesKey() });
    queries.removeQueries({ queryKey: getGetAgentQueryKey(agent.id) });
    notifications.show({ message, color: 'green' });
    await navigate({ to: '/answering' });
  };
  const send = async (values: AgentValues) => {
    const saved = await updateAgent(agent.id, toPatch(values), ifVersion(begun.version));
    await done(t('answering.agent.saved', { name: saved.name }));
  };
  const judge = (values: AgentValues, signal: AbortSignal) =>
    validated('PATCH', getUpdateAgentUrl(agent.id), toPatch(values), {
      ...ifVersion(begun.version),
      signal,
    });
  const loadCurrent = async () => {
    const current = await reload();
    if (current) setBegun(current);
  };
  const { name } = begun;
  const back = (
    <LinkButton to="/answering" variant="default">
      {mayChange ? t('shared.cancel') : t('shared.back')}
    </LinkButton>
  );
  const plans = named.map((plan) => plan.name).join(', ');
  const remove = (
    <ConfirmDelete
      title={t('answering.agent.deleteTitle', { name })}
      says={plans ? t('answering.agent.deleteLinked', { plans }) : t('answering.agent.deleteFree')}
      yes={t('answering.agent.deleteYes', { name })}
      remove={() => deleteAgent(agent.id, ifVersion(begun.version))}
      onDone={() => void done(t('answering.agent.deleted', { name }))}
    />
  );
  return (
    <>
      <PageHead
        title={name}
        sentence={plans && t('answering.agent.namedBy', { plans })}
        actions={mayChange && remove}
      />
      <AgentProbe agent={agent} />
      {!mayChange && <Text mb="md">{t('shared.notChanged')}</Text>}
      {!mayChange && back}
      {mayChange && (
        <AgentForm
          key={begun.version}
          name={`agent:${agent.id}:${begun.version}`}
          values={valuesOf(begun)}
          verb={t('shared.save')}
          send={send}
          judge={judge}
          beside={back}
          loadCurrent={() => void loadCurrent()}
        />
      )}
    </>
  );
}
