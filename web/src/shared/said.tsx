import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';

/** What stands under a field: our word for what is empty, else the service's, each on its line. */
export function said(error: { message?: string } | undefined, t: TFunction): ReactNode {
  if (!error?.message) return undefined;
  if (error.message === 'required') return t('shared.required');
  return error.message.split('\n').map((line) => (
    <span key={line} style={{ display: 'block' }}>
      {line}
    </span>
  ));
}
