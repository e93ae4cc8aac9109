/**
 * What a stream tells, kept once for all screens of this tab.
 *
 * The stream is followed while somebody looks: from the first reader until some time after the last one has
 * gone or the tab is hidden. One of a person's tabs reads it and tells the others. Whoever comes back, or takes
 * its turn, goes on behind the last event.
 */
import { type Access, follow, type Lost, type Place, type Told } from './follow';
import { beginning, type Freshness, gone, heard } from './freshness';
import { inTurn, type Link, link, type Message } from './sharing';

export type Known<S> = { now: S; freshness: Freshness };

/** What is known after an event; the same object where it says nothing new. */
export type Fold<S> = (before: S, told: Told) => S;

type AsOf = { as_of: string };

// milliseconds, after the last reader went or the tab was hidden
const LINGERS = 15_000;

export class Live<S> {
  private known: Known<S>;
  private readonly readers = new Set<() => void>();
  private readonly place: Place = {};
  private stop?: AbortController;
  private leaving?: ReturnType<typeof setTimeout>;
  private tabs?: Link<S>;
  private reads = false;

  constructor(
    private readonly address: string,
    private readonly access: Access & {
      /** Whose tabs share what is read; "" where nobody is known. */
      who: () => string;
    },
    private readonly fold: Fold<S>,
    empty: S,
  ) {
    this.known = { now: empty, freshness: beginning() };
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
    const stop = new AbortController();
    this.stop = stop;
    const who = this.access.who();
    const name = who && `keepline-stream ${this.address} ${who}`;
    this.tabs = link<S>(name, (message) => this.hear(message));
    this.tabs.say({ kind: 'hello' });
    void inTurn(name, () => this.read(stop.signal), stop.signal);
  }

  private async read(stop: AbortSignal) {
    this.reads = true;
    let ahead = 0;
    const listener = {
      connected: (by: number) => {
        ahead = by;
      },
      told: (event: Told) => {
        const asOf = event.name === 'heartbeat' ? Date.parse((event.data as AsOf).as_of) - ahead : Date.now();
        this.take(event, asOf);
        this.tabs?.say({ kind: 'told', event, asOf, id: this.place.id });
      },
      lost: ({ code, final }: Lost) => {
        const freshness = gone(this.known.freshness, code, final, Date.now());
        this.become({ ...this.known, freshness });
        this.tabs?.say({ kind: 'lost', freshness });
        // another tab of the person may still be signed in: its turn
        if (code === 'signed_out') this.stop?.abort();
      },
    };
    await follow(this.address, this.access, listener, this.place, stop);
    this.reads = false;
  }

  /** Of another tab. */
  private hear(message: Message<S>) {
    if (message.kind === 'hello') {
      if (this.reads) this.tabs?.say({ kind: 'known', ...this.known, id: this.place.id });
      return;
    }
    if (this.reads) return;
    if (message.kind !== 'lost') this.place.id = message.id;
    if (message.kind === 'told') this.take(message.event, message.asOf);
    else if (message.kind === 'known') this.become({ now: message.now, freshness: message.freshness });
    else this.become({ ...this.known, freshness: message.freshness });
  }

  private end() {
    this.stop?.abort();
    this.stop = undefined;
    this.tabs?.close();
    // what is kept grows old unseen; it is no loss until somebody looks again and nothing comes
    this.become({ ...this.known, freshness: beginning(this.known.freshness) });
  }

  private take(event: Told, asOf: number) {
    const now = event.name === 'heartbeat' ? this.known.now : this.fold(this.known.now, event);
    this.become({ now, freshness: heard(asOf, Date.now()) });
  }

  private become(next: Known<S>) {
    this.known = next;
    for (const reader of this.readers) reader();
  }
}
