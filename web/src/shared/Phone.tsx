/** Numbers as they are written abroad, where the rules for that come after the first screen: E.164 until then. */
import { useSyncExternalStore } from 'react';

type Write = (e164: string) => string;

let write: Write = (e164) => e164;
let asked = false;
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  if (!asked) {
    asked = true;
    void import('./Num').then(
      ({ international }) => {
        write = international;
        for (const one of readers) one();
      },
      () => {
        asked = false;
      },
    );
  }
  return () => readers.delete(reader);
}

export const useInternational = (): Write => useSyncExternalStore(subscribe, () => write);

/** E.164 in the tooltip. */
export function Phone({ e164 }: { e164: string }) {
  const international = useInternational();
  return (
    <span dir="ltr" title={e164} style={{ whiteSpace: 'nowrap' }}>
      {international(e164)}
    </span>
  );
}
