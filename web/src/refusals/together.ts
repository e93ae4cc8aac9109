/** What was read once and what the stream has told since: of each refusal the newer version, the newest first. */
import type { RejectionBody } from '@/api/generated/api.schemas';

export function together(read: RejectionBody[], told: Iterable<RejectionBody>): RejectionBody[] {
  const known = new Map(read.map((row) => [row.id, row]));
  for (const row of told) {
    const had = known.get(row.id);
    if (!had || had.version <= row.version) known.set(row.id, row);
  }
  return [...known.values()].sort((one, other) => Date.parse(other.last_at) - Date.parse(one.last_at));
}
