import { useTranslation } from 'react-i18next';
import { localeOf } from './locale';
import { shortTime, wholeTime } from './time';

export function When({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const time = new Date(at);
  return (
    <time dateTime={at} title={wholeTime(time, localeOf(i18n.language))}>
      {shortTime(time, localeOf(i18n.language))}
    </time>
  );
}
