import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconQuestionMark,
} from '@/shared/icons';
import classes from './Verdict.module.css';

const LOOKS = {
  healthy: IconCircleCheck,
  degraded: IconAlertTriangle,
  down: IconCircleX,
  untested: IconCircleDashed,
  tested: IconCircleCheck,
  unknown: IconQuestionMark,
  disabled: IconBan,
};

export type VerdictName = keyof typeof LOOKS;

/** Icon, word and colour: none of them alone. word: where it is not a trunk's. */
export function Verdict({ of, word }: { of: VerdictName; word?: string }) {
  const { t } = useTranslation();
  const Icon = LOOKS[of];
  return (
    <Badge
      variant="default"
      className={classes.badge}
      data-verdict={of}
      leftSection={<Icon size={14} aria-hidden />}
    >
      {word ?? t(`trunks.verdict.${of}`)}
    </Badge>
  );
}
