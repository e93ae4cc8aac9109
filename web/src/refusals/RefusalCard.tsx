import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RejectionBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { useNamedTrunks } from '@/shared/named';
import { exactTime, shortTime } from '@/shared/time';
import { Fixes } from './Fixes';
import classes from './RefusalCard.module.css';
import { useSays } from './useSays';

type Props = {
  /** Alike, the newest first; one is enough. */
  rows: RejectionBody[];
  /** What a fix answered. */
  onFixed?: (row: RejectionBody) => void;
  /** False: another card of the screen has the one action that stands out. */
  primary?: boolean;
};

/** What was turned away, why, and the fixes: the same on every screen. */
export function RefusalCard({ rows, onFixed, primary = true }: Props) {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const [row] = rows;
  const trunk = trunks.find((one) => one.id === row?.trunk_id);
  const says = useSays(trunk);
  if (!row) return null;
  const { says: reason, todo } = says.reason(row, Boolean(row.trunk_id && trunks.length && !trunk));
  const mended = says.mended(row);
  return (
    <section className={classes.refusal} data-state={row.state}>
      <Text fw={600}>
        <Happened row={row} /> <Count rows={rows} />
      </Text>
      <Text maw="68ch" dir="auto">
        {reason} {mended ? '' : todo}{' '}
        <Anchor
          href={`/problems/${row.code}`}
          target="_blank"
          size="xs"
          c="dimmed"
          ff="monospace"
          underline="always"
          aria-label={t('shared.whatCodeMeans', { code: row.code })}
        >
          {row.code}
        </Anchor>
      </Text>
      <div role="status">
        {mended && (
          <Text fw={600} className={classes.mended} dir="auto">
            {mended}
          </Text>
        )}
      </div>
      {!mended && <Fixes rows={rows} verb={says.verb} onFixed={onFixed} primary={primary} />}
    </section>
  );
}

function Happened({ row }: { row: RejectionBody }) {
  const { t, i18n } = useTranslation();
  const locale = localeOf(i18n.language);
  const last = new Date(row.last_at);
  const today = last.toDateString() === new Date().toDateString();
  const at = today ? exactTime(last.getTime(), locale) : shortTime(last, locale);
  return row.source_address
    ? t('refusals.happened', { from: row.source_address, at })
    : t('refusals.happenedUnknown', { at });
}

function Count({ rows }: { rows: RejectionBody[] }) {
  const { t, i18n } = useTranslation();
  const count = rows.reduce((sum, one) => sum + one.count, 0);
  if (count < 2) return null;
  const first = Math.min(...rows.map((one) => Date.parse(one.first_at)));
  const since = shortTime(new Date(first), localeOf(i18n.language));
  return (
    <Text span size="xs" c="dimmed">
      {t('refusals.times', { count, since })}
    </Text>
  );
}
