/**
 * What a stream tells, kept once for all screens of this tab.
 *
 * The stream is read while somebody looks: it begins with the first reader, and ends some time after the last
 * one, or after the tab is hidden, because a browser has six connections to a server for all of its tabs.
 * Whoever comes back goes on behind the last event.
 */
import { type Access, follow, type Place, type Told } from './follow';
import { beginning, type Freshness, gone, heard } from './freshness';

export type Known<S> = { now: S; freshness: Freshness };

/** What is known after an event; the same object where it says nothing new. */
export type Fold<S> = (before: S, told: Told) => S;

// milliseconds, after the last reader went or the tab was hidden
const LINGERS = 15_000;

export class Live<S> {
  private known: Known<S>;
  private readonly readers = new Set<() => void>();
  private readonly place: Place = {};
  private stop?: AbortController;
  private leaving?: ReturnType<typeof setTimeout>;
  private ahead = 0;

  constructor(
    private readonly address: string,
    private readonly access: Access,
    private readonly fold: Fold<S>,
    empty: S,
  ) {
    this.known = { now: empty, freshness: beginning(Date.now()) };
    if (typeof document !== 'undefined') {
      document.addEventListener('visibilitychange', () => this.look());
    }
  }

  readonly current = (): Known<S> => this.known;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    this.look();
    return () => {
      this.readers.delete(reader);
      this.look();
    };
  };

  /** What was learned by other ways than the stream. */
  learn(change: (before: S) => S) {
    this.become({ ...this.known, now: change(this.known.now) });
  }

  private look() {
    const wanted = this.readers.size > 0 && (typeof document === 'undefined' || !document.hidden);
    clearTimeout(this.leaving);
    if (!wanted) this.leaving = setTimeout(() => this.end(), LINGERS);
    else if (!this.stop) this.begin();
  }

  private begin() {
    this.stop = new AbortController();
    const listener = {
      connected: (ahead: number) => {
        this.ahead = ahead;
      },
      told: (event: Told) => this.take(event),
      lost: ({ code, final }: { code: string; final: boolean }) =>
        this.become({ ...this.known, freshness: gone(this.known.freshness, code, final, Date.now()) }),
    };
    void follow(this.address, this.access, listener, this.place, this.stop.signal);
  }

  private end() {
    this.stop?.abort();
    this.stop = undefined;
    // what is kept grows old unseen; it is no loss until somebody looks again and nothing comes
    this.become({ ...this.known, freshness: beginning(Date.now()) });
  }

  private take(event: Told) {
    const now = Date.now();
    const asOf =
      event.name === 'heartbeat' ? Date.parse((event.data as { as_of: string }).as_of) - this.ahead : now;
    const folded = event.name === 'heartbeat' ? this.known.now : this.fold(this.known.now, event);
    this.become({ now: folded, freshness: heard(asOf, now) });
  }

  private become(next: Known<S>) {
    this.known = next;
    for (const reader of this.readers) reader();
  }
}
