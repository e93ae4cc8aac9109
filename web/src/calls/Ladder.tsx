import { Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { useInternational } from '@/shared/Phone';
import { preciseTime } from '@/shared/time';
import classes from './Ladder.module.css';
import { type Rung, rungs } from './rungs';
import { useSaid } from './useSaid';

type Props = {
  call: CallBody;
  agents: Map<string, AgentBody>;
  /** As the person calls it. */
  provider?: string;
};

/** A list of what is known, each between those whom it concerns; who reads it by ear is told who they are. */
export function Ladder({ call, agents, provider }: Props) {
  const { t } = useTranslation();
  const names = new Set(call.legs.map((leg) => leg.agent_id && agents.get(leg.agent_id)?.name));
  const [only] = names;
  const agent = names.size === 1 && only ? only : t('calls.ladder.agents');
  const parties = {
    provider: provider ?? t('calls.ladder.provider'),
    us: t('calls.ladder.us'),
    agent,
  };
  return (
    <div className={classes.ladder}>
      <div className={classes.heads} aria-hidden>
        <Text span fw={600} dir="auto">
          {parties.provider}
        </Text>
        <Text span fw={600}>
          {parties.us}
        </Text>
        <Text span fw={600} dir="auto">
          {agent}
        </Text>
      </div>
      <ol className={classes.rungs} aria-live={call.ended_at ? undefined : 'polite'}>
        {rungs(call).map((rung) => (
          <OneRung
            key={`${rung.what} ${rung.at} ${rung.agentId}`}
            rung={rung}
            call={call}
            agents={agents}
            parties={parties}
          />
        ))}
      </ol>
    </div>
  );
}

type RungProps = Props & { rung: Rung; parties: { provider: string; us: string; agent: string } };

function OneRung({ rung, call, agents, parties }: RungProps) {
  const { t, i18n } = useTranslation();
  const says = useSaid(agents);
  const international = useInternational();
  const time = rung.at && preciseTime(rung.at, localeOf(i18n.language));
  return (
    <li className={classes.rung} data-way={rung.way}>
      <Text span size="xs" c="dimmed" ff="monospace" className={classes.time}>
        {rung.at && <time dateTime={rung.at}>{time}</time>}
      </Text>
      <span className={classes.said} dir="auto">
        <VisuallyHidden>{t(`calls.ladder.way.${rung.way}`, parties)}</VisuallyHidden>
        <span className={classes.words}>
          {says(rung, { called: call.called ?? '', number: international(call.number ?? '') })}
        </span>
      </span>
    </li>
  );
}
