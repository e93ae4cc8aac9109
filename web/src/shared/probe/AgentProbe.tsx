import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentBody, AgentStatusBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { shortTime } from '@/shared/time';
import { Verdict, type VerdictName } from '@/shared/Verdict';
import { latencyOf, type ProbeState, stateOf } from './agentSays';
import { useAgentStatuses } from './reading';

type Props = { agent: AgentBody; status: AgentStatusBody | undefined };

const LOOKS: Record<ProbeState, VerdictName> = {
  asking: 'untested',
  missed: 'degraded',
  healthy: 'healthy',
  down: 'down',
  unprobed: 'unknown',
};

export function ProbeBadge({ agent, status }: Props) {
  const { t } = useTranslation();
  const state = stateOf(agent, status, Date.now());
  return <Verdict of={LOOKS[state]} word={t(`answering.probe.state.${state}`)} />;
}

export function ProbeSentence({ agent, status }: Props) {
  const { t, i18n } = useTranslation();
  const state = stateOf(agent, status, Date.now());
  const ms = latencyOf(status);
  const since = status ? shortTime(new Date(status.since), localeOf(i18n.language)) : '';
  const key = state === 'healthy' && ms !== undefined ? 'healthyIn' : state;
  return <>{t(`answering.probe.says.${key}`, { name: agent.name, since, ms })}</>;
}

/** A voice agent's state with its sentence, as it changes; nothing for a person. */
export function AgentProbe({ agent }: { agent: AgentBody }) {
  const status = useAgentStatuses([agent]).get(agent.id);
  if (!agent.sip) return null;
  return (
    <Group gap="sm" align="flex-start" wrap="wrap" mb="lg" role="status">
      <ProbeBadge agent={agent} status={status} />
      <Text maw="68ch" style={{ flex: '1 1 16rem' }}>
        <ProbeSentence agent={agent} status={status} />
      </Text>
    </Group>
  );
}
