// One room's log as far as this page holds it. A plain value: it knows no network, no document and no clock.
//
// Always holds: `order` rises strictly; every seq up to `cursor` is folded into `entries` or lies in one of `gaps`;
// an event at or below `cursor` changes nothing, so nothing is shown twice. An entry is replaced, never altered,
// so that whoever draws it can compare by identity. `base` of an entry is the seq up to which it came folded.

const CHANGES_KEPT = 500; // more than can arrive while a page of history is under way
const ENTRIES = new Set(['message', 'topic', 'member']);

export class RoomLog {
  /** A log of which nothing is held yet and whose live events start after `head`. */
  constructor(head) {
    this.cursor = head;
    this.entries = new Map();
    this.order = [];
    this.gaps = head > 0 ? [{ from: 1, to: head }] : [];
    this.changes = [];
    this.stale = null; // what is held may have changed above this seq
  }

  /** Takes a live event; answers whether it is news. */
  apply(event) {
    if (event.seq <= this.cursor) return false;
    this.skip(this.cursor + 1, event.seq - 1);
    this.cursor = event.seq;
    if (event.target !== undefined) {
      this.changes.push(event);
      if (this.changes.length > CHANGES_KEPT) this.changes.shift();
      this.change(event);
    } else if (ENTRIES.has(event.type)) {
      this.entries.set(event.seq, { ...event, base: event.seq });
      this.order.push(event.seq);
    }
    return true;
  }

  /** Delivery goes on after `to`: what is missing becomes a gap, and what is held may have changed in it. */
  skip(from, to) {
    from = Math.max(from, this.cursor + 1);
    if (to < from) return;
    this.stale ??= from - 1;
    const last = this.gaps.at(-1);
    if (last && last.to === from - 1) last.to = to;
    else this.gaps.push({ from, to });
    this.cursor = to;
  }

  /** Folds a page that was asked for with `before` the end of `gap`. */
  fill(gap, page) {
    this.merge(page.events, page.head);
    gap.to = (page.events[0]?.seq ?? 1) - 1;
    if (!page.more_before || gap.to < Math.max(gap.from, page.first ?? 1)) {
      this.gaps = this.gaps.filter((other) => other !== gap);
    }
  }

  /** Takes a page asked for with `changed_after`: only what is held already matters. */
  refresh(page) {
    this.merge(page.events.filter((entry) => this.entries.has(entry.seq)), page.head);
    this.stale = page.more_after && page.events.length > 0 ? page.events.at(-1).changed : null;
  }

  /** The gap that hides the newest messages, if there is one. */
  tail() {
    const last = this.gaps.at(-1);
    return last && last.to === this.cursor ? last : null;
  }

  /** Gives up the oldest entries beyond `kept`; they become a gap and can be read again. */
  trim(kept) {
    if (this.order.length <= kept) return;
    for (const seq of this.order.splice(0, this.order.length - kept)) this.entries.delete(seq);
    const first = this.order[0];
    this.gaps = [{ from: 1, to: first - 1 }, ...this.gaps.filter((gap) => gap.from > first)];
  }

  // What lies above the cursor will come as live events. Changes above the page's head apply on top of it.
  merge(entries, head) {
    const taken = new Set();
    for (const entry of entries) {
      const held = this.entries.get(entry.seq);
      if (entry.seq > this.cursor || (held && held.base > head)) continue;
      if (!held) this.order.push(entry.seq);
      this.entries.set(entry.seq, { ...entry, base: head });
      taken.add(entry.seq);
    }
    this.order.sort((a, b) => a - b);
    for (const event of this.changes) if (taken.has(event.target)) this.change(event);
  }

  change(event) {
    const entry = this.entries.get(event.target);
    if (!entry || event.seq <= entry.base || entry.deleted) return;
    const now = changed(entry, event);
    if (now) this.entries.set(event.target, now);
  }
}

function changed(entry, event) {
  switch (event.type) {
    case 'edited': return event.deleted ? null : { ...entry, text: event.text, edited_at: event.at, rev: event.seq };
    case 'deleted': return bare(entry);
    case 'pinned': return { ...entry, pinned: event.on !== false };
    case 'reacted': return { ...entry, ...reacted(entry, event) };
    default: return null;
  }
}

// What is left of a deleted message: where and when it stood, and whose it was.
function bare({ type, room, seq, at, author, guest, hook, base }) {
  return { type, room, seq, at, author, guest, hook, base, deleted: true };
}

// The server names at most 20 people of a reaction and counts the others; one who is not named is among those.
function reacted({ reactions = {}, counts = {} }, { emoji, author, on }) {
  const names = reactions[emoji] ?? [];
  const others = names.filter((name) => name !== author);
  const unnamed = Math.max(0, (counts[emoji] ?? 0) - names.length);
  const next = on === false ? others : [...others, author];
  const count = next.length + Math.max(0, unnamed - (on === false && others.length === names.length ? 1 : 0));
  const result = { reactions: { ...reactions, [emoji]: next }, counts: { ...counts, [emoji]: count } };
  if (count === 0) delete result.reactions[emoji];
  return result;
}
