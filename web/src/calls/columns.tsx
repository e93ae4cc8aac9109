/** The columns of the list of calls; who looks chooses which, and that is kept for them in this browser. */
import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { AgentBody, CallBody, TrunkBody } from '@/api/generated/api.schemas';
import { TextLink } from '@/shared/links';
import { Num } from '@/shared/Num';
import { type Column, rowLink } from '@/shared/Rows';
import { clock } from '@/shared/time';
import { When } from '@/shared/When';
import { CallerNumber } from './CallerNumber';
import { CallSentence } from './CallSentence';
import { outcome } from './says';

export const COLUMNS = [
  'when',
  'from',
  'to',
  'how',
  'what',
  'trunk',
  'agent',
  'talk',
  'setup',
  'source',
  'code',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

export const FIRST: ColumnName[] = ['when', 'from', 'to', 'how', 'what'];

/** What was kept, as far as it still fits; the first one is the link and stays. */
export function chosen(kept: unknown): ColumnName[] {
  if (!Array.isArray(kept)) return FIRST;
  return COLUMNS.filter((name) => name === 'when' || kept.includes(name));
}

export type Names = { trunks: Map<string, TrunkBody>; agents: Map<string, AgentBody> };

const small = (text: string | undefined) => (
  <Text span size="xs" ff="monospace" dir="ltr">
    {text}
  </Text>
);

export function columnsOf(names: ColumnName[], t: TFunction, { trunks, agents }: Names): Column<CallBody>[] {
  const cells: Record<ColumnName, Omit<Column<CallBody>, 'key' | 'head'>> = {
    when: {
      cell: (one) => (
        <TextLink to="/calls/$callId" params={{ callId: one.id }} className={rowLink}>
          <When at={one.started_at} />
        </TextLink>
      ),
    },
    from: { cell: (one) => <CallerNumber call={one} /> },
    to: { cell: (one) => <Num e164={one.number ?? one.called ?? t('calls.unknown')} /> },
    how: { cell: (one) => t(`calls.outcome.${outcome(one)}`) },
    what: { cell: (one) => <CallSentence call={one} agents={agents} /> },
    trunk: { cell: (one) => <span dir="auto">{trunks.get(one.trunk_id)?.name ?? one.trunk_id}</span> },
    agent: {
      cell: (one) => (
        <span dir="auto">{one.agent_id && (agents.get(one.agent_id)?.name ?? one.agent_id)}</span>
      ),
    },
    talk: { end: true, cell: (one) => (one.talk_ms ? clock(one.talk_ms) : '') },
    setup: {
      end: true,
      cell: (one) =>
        one.setup_ms === undefined ? '' : t('calls.seconds', { seconds: (one.setup_ms / 1000).toFixed(1) }),
    },
    source: { cell: (one) => small(one.source_address) },
    code: { cell: (one) => small(one.refusal_code ?? one.hangup_cause) },
  };
  return names.map((name) => ({ key: name, head: t(`calls.${HEADS[name]}`), ...cells[name] }));
}

const HEADS = {
  when: 'when',
  from: 'from',
  to: 'to',
  how: 'how',
  what: 'what',
  trunk: 'filter.trunk',
  agent: 'filter.agent',
  talk: 'talk',
  setup: 'setup',
  source: 'sourceHead',
  code: 'code',
} as const;

export const headOf = (name: ColumnName, t: TFunction): string => t(`calls.${HEADS[name]}`);
