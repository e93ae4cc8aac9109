/** The pages that were read, with what the stream has told since: it is some seconds ahead of the records. */
import type { CallBody } from '@/api/generated/api.schemas';
import { type CallsKnown, newer } from '@/shared/stream/calls';

/** whole: no older page is left to be read. */
export function merged(
  read: CallBody[],
  known: CallsKnown,
  fits: (call: CallBody) => boolean,
  whole: boolean,
): CallBody[] {
  const told = new Map([...known.ended, ...known.goingOn]);
  const shown = new Map(read.map((one) => [one.id, newer(one, told.get(one.id)) ?? one]));
  const oldest = read.at(-1)?.started_at ?? '';
  for (const [id, call] of told) {
    // what is older than the last page stands on one that follows
    if (!shown.has(id) && (whole || call.started_at >= oldest)) shown.set(id, call);
  }
  return [...shown.values()]
    .filter(fits)
    .sort((one, other) => other.started_at.localeCompare(one.started_at) || other.id.localeCompare(one.id));
}
