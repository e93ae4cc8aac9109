import { useTranslation } from 'react-i18next';
import type { CallBody } from '@/api/generated/api.schemas';
import { Phone } from '@/shared/Phone';

/** Who calls; a call without a caller is one whose number is withheld. */
export function CallerNumber({ call: { caller } }: { call: CallBody }) {
  const { t } = useTranslation();
  return caller ? <Phone e164={caller} /> : t('calls.withheld');
}
