// What a citizen typed, kept on their own device until it has arrived: the draft, and messages on their way.
// A device that keeps nothing (private windows, full storage) still works; it only forgets on reload.

const PREFIX = "minsheng.chat.";
const DAYS = 7;

export class Keep {
  constructor(token) {
    this.name = PREFIX + (token || "new");
    this.value = this.load();
    if (!token) forgetOld();
  }

  load() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "null");
      if (kept && Array.isArray(kept.waiting)) return kept;
    } catch {
      // Unreadable: begin anew.
    }
    return { draft: "", waiting: [], at: Date.now() };
  }

  save() {
    this.value.at = Date.now();
    try {
      if (this.value.draft || this.value.waiting.length > 0) {
        localStorage.setItem(this.name, JSON.stringify(this.value));
      } else {
        localStorage.removeItem(this.name);
      }
    } catch {
      // No storage.
    }
  }

  /** Reads the draft, or keeps a new one. */
  draft(text) {
    if (text === undefined) return this.value.draft;
    this.value.draft = text;
    this.save();
    return text;
  }

  add(item) {
    this.value.waiting.push(item);
    this.save();
  }

  sent(id) {
    const rest = this.value.waiting.filter((item) => item.id !== id);
    if (rest.length === this.value.waiting.length) return;
    this.value.waiting = rest;
    this.save();
  }

  waiting() {
    return [...this.value.waiting];
  }

  /** A chat that had no token has one now. */
  moveTo(token) {
    const moved = new Keep(token);
    moved.value = this.value;
    moved.save();
    try {
      localStorage.removeItem(this.name);
    } catch {
      // No storage.
    }
    return moved;
  }
}

function forgetOld() {
  try {
    const limit = Date.now() - DAYS * 86_400_000;
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      const kept = JSON.parse(localStorage.getItem(name) ?? "null");
      if (!kept || kept.at < limit) localStorage.removeItem(name);
    }
  } catch {
    // No storage.
  }
}
