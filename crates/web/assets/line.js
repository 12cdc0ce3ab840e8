// The live connection: opened again whenever it breaks, a little later each time, and at once when the page comes back.

const FIRST_MS = 1_000;
const LONGEST_MS = 20_000;

export class Line {
  constructor(address, { news, up, down }) {
    this.address = address;
    this.news = news;
    this.up = up;
    this.down = down;
    this.pause = FIRST_MS;
    this.done = false;
    this.seen = () => {
      if (document.visibilityState === "visible") this.again();
    };
    document.addEventListener("visibilitychange", this.seen);
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = new EventSource(this.address());
    this.source.addEventListener("open", () => {
      this.pause = FIRST_MS;
      this.up();
      // What came while we were away.
      if (this.missed) this.news();
      this.missed = false;
    });
    this.source.addEventListener("message", () => this.news());
    this.source.addEventListener("chat", () => this.news());
    this.source.addEventListener("error", () => this.broken());
  }

  /** Lost: tell after a while, try again later. */
  broken() {
    if (this.done) return;
    this.source?.close();
    this.missed = true;
    if (this.pause > FIRST_MS) this.down();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_MS);
  }

  /** Connects at once if it is not connected. */
  again() {
    if (this.done || this.source?.readyState === EventSource.OPEN) return;
    this.missed = true;
    this.connect();
  }

  close() {
    this.done = true;
    clearTimeout(this.timer);
    this.source?.close();
    document.removeEventListener("visibilitychange", this.seen);
  }
}
