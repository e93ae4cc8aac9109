import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody, KeptEventBody } from '@/api/generated/api.schemas';
import { getGetCallEventsQueryOptions } from '@/api/generated/calls';
import { Refused } from '@/api/problem';
import { Failure } from '@/shared/Failure';
import { localeOf } from '@/shared/locale';
import { preciseTime } from '@/shared/time';
import { Waiting } from '@/shared/Waiting';

// milliseconds, while the call lasts
const EVERY = 3_000;

/** Each event as it was told to other programs, by the name that it has there. */
export function Events({ call, agents }: { call: CallBody; agents: Map<string, AgentBody> }) {
  const { i18n } = useTranslation();
  const { data, error, refetch } = useQuery({
    ...getGetCallEventsQueryOptions(call.id),
    refetchInterval: ({ state }) =>
      state.data?.events.some((one) => one.name === 'call_ended') ? false : EVERY,
  });
  // a call that began a moment ago has no record yet
  const early = !call.ended_at && error instanceof Refused && error.problem.status === 404;
  if (!data && error && !early) return <Failure error={error} again={() => void refetch()} />;
  if (!data) return <Waiting rows={3} />;
  return (
    <ol style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {data.events.map((event) => (
        <li key={`${event.attempt} ${event.seq}`}>
          <Text span size="xs" ff="monospace" c="dimmed" mr="sm">
            <time dateTime={event.at}>{preciseTime(event.at, localeOf(i18n.language))}</time>
          </Text>
          <Text span size="xs" ff="monospace">
            {event.name} {details(event, agents)}
          </Text>
        </li>
      ))}
    </ol>
  );
}

function details(event: KeptEventBody, agents: Map<string, AgentBody>): string {
  const { agent_id, sip_status, cause, switch_id, edge_id, refusal_code } = event;
  const agent = agent_id && (agents.get(agent_id)?.name ?? agent_id);
  return [agent, sip_status, cause, refusal_code, event.name === 'call_started' && switch_id, edge_id]
    .filter(Boolean)
    .join(' · ');
}
