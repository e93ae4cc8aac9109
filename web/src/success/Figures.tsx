import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SuccessBody } from '@/api/generated/api.schemas';
import { lasted } from '@/calls/says';
import { Card } from '@/shared/Card';
import { localeOf } from '@/shared/locale';
import { type Bar, Bars } from './Bars';
import classes from './Success.module.css';
import { percent, shares } from './shares';

type Of = { of: SuccessBody };

export function Figures({ of }: Of) {
  return (
    <div className={classes.figures}>
      <Became of={of} />
      <Times of={of} />
      <Stopped of={of} />
      <RefusedCodes of={of} />
    </div>
  );
}

function Became({ of }: Of) {
  const { t, i18n } = useTranslation();
  const bars = shares(of).map(({ key, count }) => ({
    key,
    label: t(`success.became.${key}`),
    amount: count,
    says: t('success.share', { count, share: percent(count / of.begun, localeOf(i18n.language)) }),
  }));
  return (
    <Card title={t('success.becameTitle')} hint={t('success.becameHint', { count: of.begun })}>
      <Bars label={t('success.becameTitle')} bars={bars} full={of.begun} />
    </Card>
  );
}

function Times({ of: { seconds_to_live: took } }: Of) {
  const { t, i18n } = useTranslation();
  const bars: Bar[] = took
    ? (['p50', 'p90'] as const).map((key) => ({
        key,
        label: t(`success.${key}`),
        amount: took[key],
        says: lasted(took[key] * 1000, localeOf(i18n.language)),
      }))
    : [];
  return (
    <Card title={t('success.timesTitle')} hint={t('success.timesHint')}>
      <BarsOr
        none={t('success.noneLive')}
        label={t('success.timesTitle')}
        bars={bars}
        full={took?.p90 ?? 0}
      />
    </Card>
  );
}

function Stopped({ of }: Of) {
  const { t } = useTranslation();
  const bars = of.stopped_at.map(({ step, count }) => ({
    key: step,
    label: t(`connect.step.${step}`),
    amount: count,
    says: String(count),
  }));
  return (
    <Card title={t('success.stoppedTitle')} hint={t('success.stoppedHint')}>
      <BarsOr
        none={t('success.noneStopped')}
        label={t('success.stoppedTitle')}
        bars={bars}
        full={of.abandoned}
      />
    </Card>
  );
}

function RefusedCodes({ of: { refused } }: Of) {
  const { t } = useTranslation();
  const bars = refused.map(({ code, count, fixed }) => ({
    key: code,
    label: <Code of={code} />,
    amount: count,
    says: t('success.fixed', { count, fixed }),
  }));
  const most = Math.max(0, ...refused.map(({ count }) => count));
  return (
    <Card title={t('success.refusedTitle')} hint={t('success.refusedHint')}>
      <BarsOr none={t('success.noneRefused')} label={t('success.refusedTitle')} bars={bars} full={most} />
    </Card>
  );
}

function Code({ of }: { of: string }) {
  const { t } = useTranslation();
  return (
    <Anchor
      href={`/problems/${of}`}
      target="_blank"
      ff="monospace"
      size="xs"
      underline="always"
      aria-label={t('shared.whatCodeMeans', { code: of })}
    >
      {of}
    </Anchor>
  );
}

function BarsOr({ none, ...of }: { none: string; label: string; bars: Bar[]; full: number }) {
  return of.bars.length ? <Bars {...of} /> : <Text c="dimmed">{none}</Text>;
}
