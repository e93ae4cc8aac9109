import { Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { JudgedLineBody } from '@/api/generated/api.schemas';
import { byId, useNamedTrunks } from '@/shared/named';
import { serviceSays } from '@/shared/serviceWords';
import { Line } from '../Line';
import { MOST, markOf } from './lines';
import type { Judgement } from './useJudgement';

const SHOWN = 200;

type Props = {
  judgement: Judgement;
  /** E.164 of those of other trunks that are to come over. */
  moving: ReadonlySet<string>;
  setMoving: (moving: ReadonlySet<string>) => void;
};

export function Judged({ judgement, moving, setMoving }: Props) {
  const { t } = useTranslation();
  const { lines, isAsking, tooMany } = judgement;
  if (lines.length === 0) return <Text c="dimmed">{t('connect.numbers.noneYet')}</Text>;
  const move = (number: string) => setMoving(new Set([...moving, number]));
  return (
    <Stack gap="sm" aria-live="polite" aria-busy={isAsking}>
      {tooMany && <Text fw={600}>{t('connect.numbers.tooMany', { most: MOST })}</Text>}
      <Stack gap="sm" component="ul" m={0} p={0}>
        {lines.slice(0, SHOWN).map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines may be alike, and stay in their order
          <One key={`${place} ${line.line}`} line={line} moving={moving} move={move} />
        ))}
      </Stack>
      {lines.length > SHOWN && <Text>{t('connect.numbers.more', { count: lines.length - SHOWN })}</Text>}
    </Stack>
  );
}

type OneProps = { line: JudgedLineBody; moving: ReadonlySet<string>; move: (number: string) => void };

function One({ line, moving, move }: OneProps) {
  const { t } = useTranslation();
  const trunk = byId(useNamedTrunks()).get(line.trunk_id ?? '')?.name ?? '';
  const { verdict, number = '', national } = line;
  const head = (
    <span dir="ltr" title={number}>
      {national ?? line.line} {number && <code>{number}</code>}
    </span>
  );
  const mark = markOf(line, moving);
  if (verdict === 'unreadable' || verdict === 'taken') return <Wrong line={line} head={head} />;
  const moved = verdict === 'elsewhere' && moving.has(number);
  return (
    <Line
      mark={mark}
      head={head}
      says={t(`connect.numbers.verdict.${moved ? 'moving' : verdict}`, { trunk })}
    >
      {verdict === 'new' && line.code && <LeftOut line={line} />}
      {line.label && (
        <Text size="xs" dir="auto">
          {line.label}
        </Text>
      )}
      {verdict === 'elsewhere' && !moved && (
        <Button size="compact-sm" variant="default" mt={4} onClick={() => move(number)}>
          {t('connect.numbers.move')}
        </Button>
      )}
    </Line>
  );
}

function Wrong({ line, head }: { line: JudgedLineBody; head: ReactNode }) {
  const { what, repair, lang } = serviceSays(line.code ?? '', line.detail ?? '', line.hint ?? '');
  return <Line mark="bad" head={head} says={`${what} ${repair}`} lang={lang} code={line.code} />;
}

/** The number is taken all the same: what to look at, or why its name is left out. */
function LeftOut({ line }: { line: JudgedLineBody }) {
  const { what, repair, lang } = serviceSays(line.code ?? '', line.detail ?? '', line.hint ?? '');
  return (
    <Text size="xs" c="dimmed" lang={lang}>
      {`${what} ${repair}`}
    </Text>
  );
}
