/** Asks once it has been quiet; of several questions only the newest is answered, however late the others are. */
export class Newest<Q, A> {
  private turn = 0;
  private timer?: ReturnType<typeof setTimeout>;
  private over?: AbortController;

  constructor(
    /** Milliseconds. */
    private readonly quiet: number,
    private readonly ask: (question: Q, signal: AbortSignal) => Promise<A>,
    private readonly told: (answer: A) => void,
  ) {}

  /** question: read when it is asked, as it is then. */
  next(question: () => Q) {
    this.stop();
    const { turn } = this;
    this.timer = setTimeout(() => void this.asked(question(), turn), this.quiet);
  }

  /** Whatever is under way is not told any more. */
  stop() {
    this.turn += 1;
    clearTimeout(this.timer);
    this.over?.abort();
  }

  private async asked(question: Q, turn: number) {
    this.over = new AbortController();
    const answer = await this.ask(question, this.over.signal);
    if (turn === this.turn) this.told(answer);
  }
}
