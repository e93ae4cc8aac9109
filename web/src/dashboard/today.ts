import type { RejectionBody } from '@/api/generated/api.schemas';

/** By the reader's own day. */
export function ofToday(rows: RejectionBody[], now: Date): RejectionBody[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  return rows.filter((one) => Date.parse(one.last_at) >= midnight);
}
