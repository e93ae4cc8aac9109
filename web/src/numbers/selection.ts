/** Which numbers are chosen: known to each row by itself, so that choosing one draws no other row again. */
import { createContext, use, useMemo, useSyncExternalStore } from 'react';

export class Selection {
  private chosen: ReadonlySet<string> = new Set();
  private readonly readers = new Set<() => void>();

  readonly all = () => this.chosen;
  readonly has = (number: string) => this.chosen.has(number);

  readonly subscribe = (reader: () => void) => {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  };

  toggle(number: string) {
    const next = new Set(this.chosen);
    if (!next.delete(number)) next.add(number);
    this.become(next);
  }

  become(chosen: Iterable<string>) {
    this.chosen = new Set(chosen);
    for (const reader of this.readers) reader();
  }
}

export const SelectionContext = createContext(new Selection());

/** A new one whenever `of` changes: what is no longer to be seen is not chosen. */
export const useNewSelection = (of: string) => {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with it
  return useMemo(() => new Selection(), [of]);
};

export function useChosen(): ReadonlySet<string> {
  const selection = use(SelectionContext);
  return useSyncExternalStore(selection.subscribe, selection.all);
}

export function useIsChosen(number: string): [boolean, () => void] {
  const selection = use(SelectionContext);
  const isChosen = useSyncExternalStore(selection.subscribe, () => selection.has(number));
  return [isChosen, () => selection.toggle(number)];
}
