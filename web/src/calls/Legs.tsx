import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody, LegResultBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { type Column, Rows } from '@/shared/Rows';

/** Who was called, one after another, and what each did. */
export function Legs({ call, agents }: { call: CallBody; agents: Map<string, AgentBody> }) {
  const { t, i18n } = useTranslation();
  if (call.legs.length === 0) return <Text c="dimmed">{t('calls.noLegs')}</Text>;
  const after = (leg: LegResultBody, at: string | undefined) => {
    if (!at) return '–';
    const seconds = (Date.parse(at) - Date.parse(leg.started_at)) / 1000;
    const written = seconds.toLocaleString(localeOf(i18n.language), {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    return t('calls.seconds', { seconds: written });
  };
  const columns: Column<LegResultBody>[] = [
    {
      key: 'agent',
      head: t('calls.filter.agent'),
      cell: (leg) => (
        <span dir="auto">{(leg.agent_id && agents.get(leg.agent_id)?.name) ?? leg.agent_id}</span>
      ),
    },
    {
      key: 'where',
      head: t('calls.leg.where'),
      cell: (leg) => (
        <Text span size="xs" ff="monospace" dir="ltr">
          {leg.uri}
        </Text>
      ),
    },
    { key: 'rang', head: t('calls.leg.rang'), end: true, cell: (leg) => after(leg, leg.ringing_at) },
    { key: 'answered', head: t('calls.leg.answered'), end: true, cell: (leg) => after(leg, leg.answered_at) },
    {
      key: 'end',
      head: t('calls.leg.end'),
      cell: (leg) => (
        <Text span size="xs" ff="monospace">
          {[leg.sip_status, leg.cause].filter(Boolean).join(' ') ||
            (call.ended_at ? '–' : t('calls.leg.lasts'))}
        </Text>
      ),
    },
  ];
  return (
    <Rows
      label={t('calls.legs')}
      items={call.legs}
      columns={columns}
      keyOf={(leg) => `${leg.attempt} ${leg.index}`}
    />
  );
}
