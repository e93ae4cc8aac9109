import type { StatusBody, StatusChanged, StatusesNow, StatusRemoved } from '@/api/generated/api.schemas';
import type { Told } from './follow';

/** By the trunk's id. */
export type StatusesKnown = ReadonlyMap<string, StatusBody>;

export function statusesAfter(before: StatusesKnown, { name, data }: Told): StatusesKnown {
  if (name === 'snapshot') {
    return new Map((data as StatusesNow).statuses.map((one) => [one.trunk_id, one]));
  }
  const after = new Map(before);
  if (name === 'status_changed') {
    const { status } = data as StatusChanged;
    after.set(status.trunk_id, status);
  } else if (name === 'status_removed') {
    after.delete((data as StatusRemoved).trunk_id);
  }
  return after;
}
