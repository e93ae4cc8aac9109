import { Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@/shared/icons';
import classes from './Line.module.css';

const MARKS = { good: IconCircleCheck, warn: IconAlertTriangle, bad: IconCircleX };

type Props = {
  mark: 'good' | 'warn' | 'bad' | 'asked';
  /** What it is about. */
  head: ReactNode;
  says?: ReactNode;
  /** Of what it says, where it is not the reader's. */
  lang?: string;
  code?: string;
  children?: ReactNode;
};

/** One thing that was understood, or was not: mark and words, never colour alone. */
export function Line({ mark, head, says, lang, code, children }: Props) {
  const { t } = useTranslation();
  const Icon = mark === 'asked' ? undefined : MARKS[mark];
  return (
    <li className={classes.line}>
      <span className={classes.mark} data-mark={mark}>
        {Icon ? (
          <Icon size={18} role="img" aria-label={t(`connect.mark.${mark}`)} />
        ) : (
          <Loader size={16} aria-label={t('connect.mark.asked')} role="img" />
        )}
      </span>
      <div className={classes.said}>
        <div>{head}</div>
        {says && (
          <Text size="xs" c="dimmed" lang={lang}>
            {says}
          </Text>
        )}
        {code && (
          <Text size="xs" c="dimmed" ff="monospace">
            {code}
          </Text>
        )}
        {children}
      </div>
    </li>
  );
}
