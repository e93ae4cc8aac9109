/** What became of those that were begun: each of them is in one of the four. */
import type { SuccessBody } from '@/api/generated/api.schemas';

export type Share = { key: 'tested' | 'untested' | 'open' | 'abandoned'; count: number };

export const shares = ({ live, live_untested, open, abandoned }: SuccessBody): Share[] => [
  { key: 'tested', count: live - live_untested },
  { key: 'untested', count: live_untested },
  { key: 'open', count: open },
  { key: 'abandoned', count: abandoned },
];

export const percent = (share: number, locale: string) =>
  share.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 });
