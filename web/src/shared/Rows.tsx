import { memo, type ReactNode } from 'react';
import classes from './Rows.module.css';

export type Column<T> = {
  key: string;
  head: string;
  cell: (item: T) => ReactNode;
  /** Numbers stand at the end. */
  end?: boolean;
  /** As narrow as what stands in it. */
  narrow?: boolean;
};

type Props<T> = { label: string; items: T[]; columns: Column<T>[]; keyOf: (item: T) => string };

/**
 * A table; narrower than 640 px each row is a block with its heads beside the values. The roles are said again
 * because `display` takes them away. A link with the class `rowLink` in a row covers the whole of it. The same items
 * and columns are not drawn again.
 */
export const Rows = memo(Table) as typeof Table;

function Table<T>({ label, items, columns, keyOf }: Props<T>) {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <table className={classes.table} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={classOf(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((item) => (
          <tr key={keyOf(item)} role="row">
            {columns.map((column) => (
              <td key={column.key} role="cell" data-head={column.head} className={classOf(column)}>
                <div>{column.cell(item)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}

const classOf = ({ end, narrow }: { end?: boolean; narrow?: boolean }) =>
  (end && classes.end) || (narrow && classes.narrow) || undefined;

export const rowLink = classes.rowLink;

/** Of what is pressed by itself in a row whose link covers it; buttons are without. */
export const aboveLink = classes.aboveLink;
