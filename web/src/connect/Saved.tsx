import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localeOf } from '@/shared/locale';
import { shortTime } from '@/shared/time';

const SECOND = 1_000;
const MINUTE = 60;

/** When the onboarding was kept last: seconds while it is fresh, then the time. */
export function Saved({ at }: { at: string }) {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState(Date.now());
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / SECOND));
  const fresh = seconds < MINUTE;
  useEffect(() => {
    if (!fresh) return;
    const ticking = setInterval(() => setNow(Date.now()), SECOND);
    return () => clearInterval(ticking);
  }, [fresh]);
  if (fresh) return t('connect.savedAgo', { seconds });
  return t('connect.savedAt', { time: shortTime(new Date(at), localeOf(i18n.language)) });
}
