import { Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { getCreateAgentUrl } from '@/api/generated/agents';
import type { AgentBody, OnboardingBody } from '@/api/generated/api.schemas';
import { Refused } from '@/api/problem';
import { validated } from '@/api/validate';
import { Num } from '@/shared/Num';
import { serviceSays } from '@/shared/serviceWords';
import { Line } from '../Line';
import { Probed } from './Probed';
import { type AgentValues, NEW, NOBODY, uriOf, type Who } from './values';

// milliseconds after the last key
const QUIET = 300;
const SHOWN = 3;

type Props = { values: AgentValues; agents: AgentBody[]; numbers: OnboardingBody['numbers'] };

/** What happens when somebody calls, in order. */
export function AgentUnderstood({ values, agents, numbers }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" aria-live="polite">
      <Text>
        {t('connect.agent.when')}{' '}
        {numbers.slice(0, SHOWN).map((one, place) => (
          <span key={one.number}>
            {place > 0 && ', '}
            <Num e164={one.number} />
          </span>
        ))}
        {numbers.length > SHOWN && ` ${t('connect.agent.andMore', { count: numbers.length - SHOWN })}`}
      </Text>
      <Stack gap="sm" component="ul" m={0} p={0}>
        <Answers who={values.first} agents={agents} which="first" />
        <Answers who={values.fallback} agents={agents} which="fallback" />
      </Stack>
    </Stack>
  );
}

type OneProps = { who: Who; agents: AgentBody[]; which: 'first' | 'fallback' };

function Answers({ who, agents, which }: OneProps) {
  const { t } = useTranslation();
  const known = agents.find((one) => one.id === who.id);
  if (who.id === NOBODY)
    return <Line mark="warn" head={t('connect.agent.elseNobody')} says={t('connect.agent.elseNobodyHint')} />;
  if (who.id === NEW && !who.address.trim()) {
    return which === 'first' ? <Line mark="warn" head={t('connect.agent.noneYet')} /> : null;
  }
  if (who.id === NEW) return <NewOne who={who} which={which} />;
  const name = known?.name ?? t('connect.agent.gone');
  return (
    <>
      <Line
        mark={known ? 'good' : 'bad'}
        head={
          <span dir="auto">
            {t(`connect.agent.says.${which}`, { name, seconds: known?.ring_seconds ?? 0 })}
          </span>
        }
        says={known?.sip && <code dir="ltr">{known.sip.uri}</code>}
      />
      {known && <Probed agent={known} />}
    </>
  );
}

/** The address as the service takes it, or why it does not. */
function NewOne({ who, which }: Omit<OneProps, 'agents'>) {
  const { t } = useTranslation();
  const [uri] = useDebouncedValue(uriOf(who.address), QUIET);
  const judging = useQuery({
    queryKey: ['judged-agent', uri],
    queryFn: ({ signal }) =>
      validated<AgentBody>('POST', getCreateAgentUrl(), { name: '-', sip: { uri } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const address = <code dir="ltr">{uriOf(who.address)}</code>;
  if (judging.error instanceof Refused) {
    const [wrong] = judging.error.problem.errors;
    const { code, detail, hint } = wrong ?? judging.error.problem;
    const { what, repair, lang } = serviceSays(code, detail, hint);
    return <Line mark="bad" head={address} says={`${what} ${repair}`} lang={lang} code={code} />;
  }
  const name = who.name.trim() || t('connect.agent.itsName');
  const seconds = judging.data?.ring_seconds ?? 0;
  return (
    <Line
      mark={judging.data ? 'good' : 'asked'}
      head={
        <span dir="auto">{judging.data ? t(`connect.agent.says.${which}`, { name, seconds }) : name}</span>
      }
      says={address}
    />
  );
}
