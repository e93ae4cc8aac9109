import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AppliedBody, EndpointBody, StatusBody, TrunkWithPlace } from '@/api/generated/api.schemas';
import { Card } from '@/shared/Card';
import { Copyable } from '@/shared/Copyable';
import { TextLink } from '@/shared/links';
import { Rows } from '@/shared/Rows';
import { When } from '@/shared/When';
import { addressOf } from './says';

const EXAMPLE = '+442079460123';

export function TrunkOverview({ trunk, status }: { trunk: TrunkWithPlace; status?: StatusBody }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Card title={t('trunks.tell')} hint={t('trunks.tellHint')}>
        <Stack gap="sm">
          <Copyable value={trunk.domain} what={t('trunks.domainLabel')} />
          <Text size="xs" c="dimmed">
            {t('trunks.example')} <code dir="ltr">{`sip:${EXAMPLE}@${trunk.domain}`}</code>
          </Text>
          <TextLink to="/settings/addresses">{t('trunks.ourAddresses')}</TextLink>
        </Stack>
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Card title={t('trunks.from')}>
          <Lines values={trunk.source_cidrs} none={t('trunks.noSources')} />
        </Card>
        <Card title={t('trunks.probes')}>
          <Probes endpoints={status?.endpoints ?? []} />
        </Card>
      </SimpleGrid>
      <Card title={t('trunks.applied')} hint={t('trunks.appliedHint')}>
        <Applied applied={trunk.applied} />
      </Card>
    </Stack>
  );
}

function Lines({ values, none }: { values: string[]; none: string }) {
  if (values.length === 0) return <Text>{none}</Text>;
  return values.map((value) => (
    <Text key={value} ff="monospace" dir="ltr">
      {value}
    </Text>
  ));
}

function Probes({ endpoints }: { endpoints: EndpointBody[] }) {
  const { t } = useTranslation();
  if (endpoints.length === 0) return <Text>{t('trunks.noProbes')}</Text>;
  return endpoints.map((one) => (
    <Text key={`${addressOf(one)} ${one.transport} ${one.edge_id}`}>
      <code dir="ltr">{`${addressOf(one)} ${one.transport}`}</code>{' '}
      {one.reachable ? t('trunks.answers') : t('trunks.silent')}
      {one.latency_ms !== undefined &&
        one.reachable &&
        `, ${t('trunks.probeMs', { ms: Math.max(1, Math.round(one.latency_ms)) })}`}
    </Text>
  ));
}

function Applied({ applied }: { applied: AppliedBody[] }) {
  const { t } = useTranslation();
  if (applied.length === 0) return <Text>{t('trunks.nowhere')}</Text>;
  const columns = [
    { key: 'node', head: t('trunks.node'), cell: (one: AppliedBody) => <code>{one.node_id}</code> },
    {
      key: 'state',
      head: t('trunks.state'),
      cell: (one: AppliedBody) => (
        <>
          {one.in_force ? t('trunks.inForce') : t('trunks.notInForce')},{' '}
          {t('trunks.version', { version: one.trunk_version })}
          {one.nack_reason && (
            <Text size="xs" lang="en">
              {one.nack_reason}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'at',
      head: t('trunks.reported'),
      end: true,
      cell: (one: AppliedBody) => <When at={one.reported_at} />,
    },
  ];
  return <Rows label={t('trunks.applied')} items={applied} columns={columns} keyOf={(one) => one.node_id} />;
}
