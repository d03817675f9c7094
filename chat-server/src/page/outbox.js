// What was typed and is not acknowledged yet. Each message has its nonce from the start, so it may be said again
// on any connection without being two messages. One send is under way per room, which keeps their order.
//
// An entry is waiting, then acknowledged (it has a `seq`) or refused (it has a `why`); it stays until its event was seen.

import { tab } from './keep.js';

const RETRY_MS = 1000; // for a server that says `unavailable`

export class Outbox {
  /** `request(type, fields)` asks the server; `changed()` is called after every change. */
  constructor(request, changed) {
    this.request = request;
    this.changed = changed;
    this.busy = new Set(); // rooms with a send under way
    ({ owner: this.owner, entries: this.entries } = tab.load('outbox', { owner: null, entries: [] }));
  }

  /** Who is speaking now: what someone else left behind is not said in this one's name. */
  ownedBy(token) {
    if (this.owner && this.owner !== token) {
      for (const entry of this.entries) entry.why ??= 'written under another name';
    }
    this.owner = token;
    this.note();
  }

  of(room) {
    return this.entries.filter((entry) => entry.room === room);
  }

  add(room, text, replyTo, files) {
    this.entries.push({ room, text, reply_to: replyTo, files, nonce: nonce() });
    this.note();
    this.pump();
  }

  discard(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.note();
  }

  retry(entry) {
    entry.why = undefined;
    this.note();
    this.pump();
  }

  /** A message of ours came by on the log, or the log has passed it. */
  seen(room, cursor, nonceSeen) {
    const before = this.entries.length;
    this.entries = this.entries.filter((e) => e.room !== room || !(e.seq <= cursor || (nonceSeen && e.nonce === nonceSeen)));
    if (this.entries.length !== before) this.note();
  }

  /** Sends the first waiting message of every room that has none under way. */
  pump() {
    for (const entry of this.entries) {
      if (entry.seq || entry.why || this.busy.has(entry.room)) continue;
      this.busy.add(entry.room);
      this.send(entry);
    }
  }

  async send(entry) {
    const { room, text, nonce: own, reply_to } = entry;
    const files = entry.files?.length ? entry.files.map((file) => file.id) : undefined;
    let waitMs = 0;
    try {
      entry.seq = (await this.request('send', { room, text, nonce: own, reply_to, files })).seq;
    } catch (error) {
      if (error.code === 'rate_limited' || error.code === 'unavailable') waitMs = error.retry_after_ms ?? RETRY_MS;
      else if (error.code !== 'offline') entry.why = error.message ?? error.code;
      else waitMs = null; // the next welcome pumps again
    }
    if (waitMs) await new Promise((done) => setTimeout(done, waitMs));
    this.busy.delete(room);
    this.note();
    if (waitMs !== null) this.pump();
  }

  note() {
    tab.save('outbox', { owner: this.owner, entries: this.entries });
    this.changed();
  }
}

// Begins with the time: those that rise with it the server writes side by side, others all over its disk. Not
// `randomUUID`: that one is missing where the page is served without TLS.
function nonce() {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0'));
  return Date.now().toString(16).padStart(12, '0') + random.join('');
}
