import { Button, Text, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OnboardingBody } from '@/api/generated/api.schemas';
import { Failure, isMismatch } from '@/shared/Failure';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import classes from './Frame.module.css';
import { Progress } from './Progress';
import { Saved } from './Saved';
import { before, type Screen } from './steps';

type Props = {
  screen: Screen;
  /** Absent: nothing is kept yet. */
  onboarding?: OnboardingBody;
  question: string;
  /** Below the question. */
  why?: ReactNode;
  understoodTitle?: string;
  understood: ReactNode;
  /** On the button that goes on. */
  verb: string;
  /** Instead of the button that goes on. */
  instead?: ReactNode;
  busy?: boolean;
  error?: unknown;
  onContinue: () => void;
  children: ReactNode;
};

/** Each step alike: left asks, right shows what was understood; below, back, what is kept, and on. */
export function Frame(props: Props) {
  const { t } = useTranslation();
  const { screen, onboarding, question, why, understood, verb, busy, error, onContinue, children } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onContinue();
  };
  return (
    <form className={classes.frame} onSubmit={submit} noValidate>
      <Progress screen={screen} onboarding={onboarding} />
      <div className={classes.body}>
        <div className={classes.asks}>
          <PageHead title={question} sentence={why} />
          {Boolean(error) && <Wrong error={error} onboarding={onboarding} />}
          {children}
        </div>
        <section className={classes.understood} aria-labelledby="understood">
          <Title order={2} id="understood" mb="sm">
            {props.understoodTitle ?? t('connect.understood')}
          </Title>
          {understood}
        </section>
      </div>
      <div className={classes.foot}>
        <Back screen={screen} onboarding={onboarding} />
        <Text size="xs" c="dimmed" component="span" className={classes.saved}>
          {onboarding ? (
            <Saved key={onboarding.updated_at} at={onboarding.updated_at} />
          ) : (
            t('connect.savedEach')
          )}
        </Text>
        {props.instead ?? (
          <Button type="submit" loading={busy}>
            {verb}
          </Button>
        )}
      </div>
    </form>
  );
}

function Wrong({ error, onboarding }: { error: unknown; onboarding?: OnboardingBody }) {
  return (
    <Failure
      error={error}
      mb="md"
      again={isMismatch(error) && onboarding ? () => location.reload() : undefined}
    />
  );
}

function Back({ screen, onboarding }: Pick<Props, 'screen' | 'onboarding'>) {
  const { t } = useTranslation();
  const earlier = before(screen);
  if (!onboarding || !earlier || onboarding.state === 'live') return <span />;
  const params = { onboardingId: onboarding.id, step: earlier };
  return (
    <LinkButton variant="default" to="/connect/$onboardingId/$step" params={params}>
      {t('shared.back')}
    </LinkButton>
  );
}
