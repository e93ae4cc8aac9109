import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { OnboardingBody } from '@/api/generated/api.schemas';
import { IconCheck } from '@/shared/icons';
import classes from './Progress.module.css';
import { isDone, isOpen, minutesLeft, placeOf, type Screen, STEPS, type Step } from './steps';

type Props = { screen: Screen; onboarding?: OnboardingBody };

/** How far: the steps, and about how long it still takes. */
export function Progress({ screen, onboarding }: Props) {
  const { t } = useTranslation();
  const place = { place: placeOf(screen), all: STEPS.length };
  const live = onboarding?.state === 'live';
  return (
    <div className={classes.head}>
      <div className={classes.line}>
        <Text fw={600} component="span">
          {t('shell.connect')}
        </Text>
        <Text c="dimmed" component="span">
          {live ? t('connect.done') : t('connect.place', { ...place, count: minutesLeft(screen) })}
        </Text>
      </div>
      <ol className={classes.steps} aria-label={t('connect.steps')}>
        {STEPS.map((step) => (
          <li key={step} aria-current={step === screen ? 'step' : undefined}>
            <One step={step} screen={screen} onboarding={onboarding} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function One({ step, screen, onboarding }: Props & { step: Step }) {
  const { t } = useTranslation();
  const done = onboarding !== undefined && isDone(onboarding, step);
  const mark = step === screen ? 'here' : done ? 'done' : 'ahead';
  const words = (
    <>
      <span className={classes.mark} data-mark={mark}>
        {mark === 'done' ? (
          <IconCheck size={12} role="img" aria-label={t('connect.stepDone')} />
        ) : (
          placeOf(step)
        )}
      </span>
      <span className={mark === 'here' ? classes.current : classes.other}>{t(`connect.step.${step}`)}</span>
    </>
  );
  if (!onboarding || step === screen || onboarding.state === 'live' || !isOpen(onboarding, step))
    return <span className={classes.step}>{words}</span>;
  return (
    <Link
      to="/connect/$onboardingId/$step"
      params={{ onboardingId: onboarding.id, step }}
      className={classes.step}
    >
      {words}
    </Link>
  );
}
