import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody, MediaBody } from '@/api/generated/api.schemas';
import { getGetCallQueryOptions } from '@/api/generated/calls';
import { Card } from '@/shared/Card';
import { Copyable } from '@/shared/Copyable';
import { LinkButton } from '@/shared/links';
import { international } from '@/shared/Num';
import { byId, useNamedAgents, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { sentence } from '@/shared/sentence';
import { Trace } from '@/shared/Trace';
import { CallSentence } from './CallSentence';
import { Ladder } from './Ladder';

const route = getRouteApi('/calls/$callId');
// milliseconds, while the call lasts
const EVERY = 1_000;

export function CallPage() {
  const { callId } = route.useParams();
  const agents = byId(useNamedAgents());
  const call = useQuery({
    ...getGetCallQueryOptions(callId),
    refetchInterval: (query) => (query.state.data?.ended_at ? false : EVERY),
  });
  return <Read query={call}>{(current) => <One call={current} agents={agents} />}</Read>;
}

function One({ call, agents }: { call: CallBody; agents: Map<string, AgentBody> }) {
  const { t } = useTranslation();
  const from = international(call.caller ?? t('calls.unknown'));
  const to = international(call.number ?? call.called ?? t('calls.unknown'));
  const { decision, media } = call;
  const trunk = useNamedTrunks().find((one) => one.id === call.trunk_id);
  return (
    <>
      <PageHead
        title={t('calls.callOf', { from, to })}
        sentence={<CallSentence call={call} agents={agents} />}
        actions={
          <LinkButton to="/calls" variant="default">
            {t('shared.back')}
          </LinkButton>
        }
      />
      <Stack gap="md">
        <Card title={t('calls.happened')}>
          <Ladder call={call} agents={agents} provider={trunk?.name} />
        </Card>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          {decision && (
            <Card title={t('calls.why')}>
              <Text lang="en" mb="xs">
                {sentence(decision.reason)}
              </Text>
              <Trace steps={decision.trace} />
            </Card>
          )}
          <Card title={t('calls.quality')} hint={media ? undefined : t('calls.noMedia')}>
            {media && <Media media={media} />}
          </Card>
        </SimpleGrid>
        <Card title={t('calls.ids')} hint={t('calls.idsHint')}>
          <Stack gap="xs">
            <Copyable value={call.id} what={t('calls.callId')} />
            {call.source_address && <Copyable value={call.source_address} what={t('calls.source')} />}
          </Stack>
        </Card>
      </Stack>
    </>
  );
}

function Media({ media }: { media: MediaBody }) {
  const { t } = useTranslation();
  const {
    packets_received: received,
    packets_sent: sent,
    packets_lost: lost,
    jitter_max_ms: jitter,
    codec,
  } = media;
  return (
    <Stack gap={4}>
      {received !== undefined && <Text>{t('calls.received', { count: received })}</Text>}
      {sent !== undefined && <Text>{t('calls.sent', { count: sent })}</Text>}
      {lost !== undefined && <Text>{t('calls.lost', { count: lost })}</Text>}
      {jitter !== undefined && <Text>{t('calls.jitter', { ms: Math.round(jitter) })}</Text>}
      {codec && <Text>{t('calls.codec', { codec })}</Text>}
    </Stack>
  );
}
