import type { ReactNode } from 'react';
import classes from './Success.module.css';

export type Bar = { key: string; label: ReactNode; amount: number; says: string };

/** Bars beside their names; what they show stands behind each in figures. full: what the longest could be. */
export function Bars({ label, bars, full }: { label: string; bars: Bar[]; full: number }) {
  return (
    <ul className={classes.bars} aria-label={label}>
      {bars.map(({ key, label, amount, says }) => (
        <li key={key} className={classes.row}>
          <span>{label}</span>
          <span className={classes.track} aria-hidden>
            <span className={classes.bar} style={{ width: `${full ? (100 * amount) / full : 0}%` }} />
          </span>
          <span className={classes.says}>{says}</span>
        </li>
      ))}
    </ul>
  );
}
