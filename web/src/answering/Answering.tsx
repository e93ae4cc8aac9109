import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useListAgents } from '@/api/generated/agents';
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';
import { useListPlans } from '@/api/generated/routing';
import { useMayChange } from '@/session/rights';
import { Empty } from '@/shared/Empty';
import { LinkButton, TextLink } from '@/shared/links';
import { Num } from '@/shared/Num';
import { byId, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { ProbeBadge, ProbeSentence } from '@/shared/probe/AgentProbe';
import { useAgentStatuses } from '@/shared/probe/reading';
import { Read } from '@/shared/Read';
import { Rows, rowLink } from '@/shared/Rows';
import classes from './Answering.module.css';
import { DryRun } from './DryRun';

const ALL = { page_size: 500, order_by: 'name' };
const SHOWN = 3;

export function Answering() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const plans = useListPlans(ALL);
  const agents = useListAgents(ALL);
  const addAgent = mayChange && (
    <LinkButton to="/answering/agents/new" variant="default">
      {t('answering.addAgent')}
    </LinkButton>
  );
  const addPlan = mayChange && <LinkButton to="/answering/plans/new">{t('answering.addPlan')}</LinkButton>;
  return (
    <>
      <PageHead title={t('answering.title')} sentence={t('answering.sentence')} />
      <Stack gap="xl">
        <Part title={t('answering.agents')} action={addAgent}>
          <Read query={agents}>
            {(page) =>
              page.agents.length ? (
                <AgentRows agents={page.agents} />
              ) : (
                <Empty sentence={t('answering.noAgents')} />
              )
            }
          </Read>
        </Part>
        <Part title={t('answering.plans')} action={addPlan}>
          <Read query={plans}>
            {(page) =>
              page.plans.length ? (
                <div className={classes.beside}>
                  <PlanRows plans={page.plans} agents={agents.data?.agents ?? []} />
                  <DryRun />
                </div>
              ) : (
                <Empty sentence={t('answering.noPlans')} />
              )
            }
          </Read>
        </Part>
      </Stack>
    </>
  );
}

function Part({ title, action, children }: { title: string; action: ReactNode; children: ReactNode }) {
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{title}</Title>
        {action}
      </Group>
      {children}
    </section>
  );
}

function AgentRows({ agents }: { agents: AgentBody[] }) {
  const { t } = useTranslation();
  const statuses = useAgentStatuses(agents);
  const trunks = byId(useNamedTrunks());
  const reached = ({ sip, human }: AgentBody) => {
    if (sip) return <code dir="ltr">{sip.uri}</code>;
    if (!human) return null;
    return t('answering.behind', {
      target: human.target,
      trunk: trunks.get(human.trunk_id)?.name ?? human.trunk_id,
    });
  };
  const columns = [
    {
      key: 'name',
      head: t('answering.name'),
      cell: (one: AgentBody) => (
        <>
          <TextLink
            to="/answering/agents/$agentId"
            params={{ agentId: one.id }}
            className={rowLink}
            dir="auto"
          >
            {one.name}
          </TextLink>
          {one.sip && (
            <Text size="xs" c="dimmed" maw="48ch">
              <ProbeSentence agent={one} status={statuses.get(one.id)} />
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'state',
      head: t('answering.state'),
      cell: (one: AgentBody) => (one.sip ? <ProbeBadge agent={one} status={statuses.get(one.id)} /> : '–'),
    },
    {
      key: 'kind',
      head: t('answering.kind'),
      cell: (one: AgentBody) => (one.sip ? t('answering.voiceAgent') : t('answering.person')),
    },
    { key: 'reached', head: t('answering.reached'), cell: reached },
    {
      key: 'rings',
      head: t('answering.rings'),
      end: true,
      cell: (one: AgentBody) => t('answering.seconds', { seconds: one.ring_seconds }),
    },
  ];
  return <Rows label={t('answering.agents')} items={agents} columns={columns} keyOf={(one) => one.id} />;
}

function PlanRows({ plans, agents }: { plans: PlanBody[]; agents: AgentBody[] }) {
  const { t } = useTranslation();
  const known = byId(agents);
  const nameOf = (id?: string) => (id ? (known.get(id)?.name ?? t('answering.gone')) : t('answering.nobody'));
  const numbers = (plan: PlanBody) => (
    <>
      {plan.numbers.slice(0, SHOWN).map((number) => (
        <div key={number}>
          <Num e164={number} />
        </div>
      ))}
      {plan.numbers.length > SHOWN && t('answering.moreNumbers', { count: plan.numbers.length - SHOWN })}
      {plan.numbers.length === 0 && t('answering.noNumbers')}
    </>
  );
  const columns = [
    {
      key: 'name',
      head: t('answering.name'),
      cell: (one: PlanBody) => (
        <TextLink to="/answering/plans/$planId" params={{ planId: one.id }} className={rowLink} dir="auto">
          {one.name}
        </TextLink>
      ),
    },
    { key: 'numbers', head: t('answering.forNumbers'), cell: numbers },
    {
      key: 'first',
      head: t('answering.first'),
      cell: (one: PlanBody) => <span dir="auto">{nameOf(one.first_agent_id)}</span>,
    },
    {
      key: 'fallback',
      head: t('answering.fallback'),
      cell: (one: PlanBody) => <span dir="auto">{nameOf(one.fallback_agent_id)}</span>,
    },
  ];
  return <Rows label={t('answering.plans')} items={plans} columns={columns} keyOf={(one) => one.id} />;
}
