// Draws one room's log and what waits to be sent, and keeps the place one is reading at. It decides nothing: what to
// draw comes as values, what a person does goes out through `actions`. All text from others enters as text nodes.

import { mentions } from './rules.js';

const NEAR_PX = 400; // older entries are drawn, or loaded, this far before the top
const DRAWN = { least: 300, most: 600, step: 400 }; // entries in the document; scrolling up adds to them
const GROUP_MS = 5 * 60 * 1000; // messages of one author within this show the name once

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });

/** An element with properties, a few attributes and children; strings become text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export class Timeline {
  /** `actions`: `fill(gap)`, `file(info)` (how a file is shown), `react(entry, emoji)`, `quote(seq)`, `retry(own)`, `edit(own)`, `discard(own)`, `scrolled(atEnd)`, `leave()`. */
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.held = new Map(); // key → { node, item }
    this.atEnd = true;
    this.top = 0; // scrollTop when last looked at
    this.from = 0;
    root.addEventListener('scroll', () => this.scrolled(), { passive: true });
    root.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(root);
  }

  /** Forgets what is drawn: another room comes. */
  clear() {
    this.root.replaceChildren();
    this.held.clear();
    this.atEnd = true;
    this.from = 0; // seq of the first entry drawn
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
    this.top = this.root.scrollTop;
  }

  /** `log`, `own` (the room's outbox), `me`, `newFrom` (seq of the first unread one) and `quotes` as they stand now. */
  draw(view) {
    this.view = view;
    const items = [...this.items(view, this.start(view.log.order))];
    const anchor = this.atEnd ? null : this.firstVisible();
    const top = anchor?.getBoundingClientRect().top;
    const keys = new Set(items.map((item) => item.key));
    for (const [key, { node }] of this.held) {
      if (keys.has(key)) continue;
      node.remove();
      this.held.delete(key);
    }
    let at = this.root.firstChild;
    for (const item of items) {
      const held = this.held.get(item.key);
      if (held && same(held.item, item)) {
        if (held.node === at) at = at.nextSibling;
        else this.root.insertBefore(held.node, at);
        continue;
      }
      const node = item.build();
      if (held) {
        const focused = held.node.contains(document.activeElement);
        if (held.node === at) at = at.nextSibling;
        held.node.replaceWith(node);
        if (node.nextSibling !== at) this.root.insertBefore(node, at);
        if (focused) node.focus();
      } else {
        this.root.insertBefore(node, at);
      }
      this.held.set(item.key, { node, item });
    }
    if (this.atEnd) this.toEnd();
    else if (anchor?.isConnected) this.root.scrollTop += anchor.getBoundingClientRect().top - top;
    this.topGap = items[0]?.gap ?? null;
    this.loadNear();
  }

  // Where drawing starts: a layout of ten thousand entries is felt at every new one.
  start(order) {
    let start = order.findIndex((seq) => seq >= this.from);
    const drawn = start < 0 ? 0 : order.length - start;
    if (drawn === 0 || (this.atEnd && (drawn < DRAWN.least || drawn > DRAWN.most))) start = Math.max(0, order.length - DRAWN.least);
    this.from = order[start] ?? 0;
    this.hidden = start;
    return start;
  }

  // What is to be seen, from the top: gaps, days, the line of the new, entries, and last what waits to be sent.
  *items({ log, own, me, newFrom, quotes }, start) {
    const gaps = log.gaps.filter((gap) => start === 0 || gap.to > log.order[start]);
    let before = null;
    for (const seq of start === 0 ? log.order : log.order.slice(start)) {
      while (gaps[0]?.to < seq) {
        yield this.gapItem(gaps.shift());
        before = null;
      }
      const entry = log.entries.get(seq);
      const { date, dayName } = dated(entry);
      if (before?.dayName !== dayName) yield { key: `day ${dayName} ${seq}`, build: () => make('li', { class: 'day' }, dayName) };
      if (newFrom && seq >= newFrom && entry.author !== me) {
        newFrom = 0;
        yield { key: 'new', build: () => make('li', { class: 'new' }, 'new') };
        before = null;
      }
      const follows = before?.entry.type === 'message' && before.dayName === dayName && before.entry.author === entry.author
        && date - before.date < GROUP_MS && !entry.reply_to;
      const quote = entry.reply_to ? log.entries.get(entry.reply_to) ?? quotes.get(entry.reply_to) : null;
      yield { key: seq, entry, quote, follows, build: () => this.entry(entry, { quote, follows, me, date }) };
      before = { entry, date, dayName };
    }
    for (const gap of gaps) yield this.gapItem(gap);
    let follows = before?.entry.type === 'message' && before.entry.author === me && Date.now() - before.date < GROUP_MS;
    for (const entry of own) {
      const grouped = follows;
      yield { key: entry.nonce, why: entry.why, sent: entry.seq, grouped, build: () => this.own(entry, me, grouped) };
      follows = true;
    }
  }

  gapItem(gap) {
    const { to, loading, failed } = gap;
    return { key: `gap ${gap.from}`, gap, to, loading, failed, build: () => this.gap(gap) };
  }

  gap(gap) {
    const count = gap.to - gap.from + 1;
    const what = gap.loading ? 'loading …' : `${gap.failed ? `${gap.failed} · ` : ''}${count} not loaded here: load more`;
    return make('li', { class: 'gap' }, make('button', { type: 'button', class: 'quiet', onclick: () => this.actions.fill(gap) }, what));
  }

  entry(entry, context) {
    if (entry.type === 'message') return this.message(entry, context);
    return make('li', { class: 'event', 'data-seq': entry.seq, 'data-author': entry.author, tabindex: '-1' },
      time(context.date), make('p', { class: 'text', dir: 'auto' }, eventWords(entry)));
  }

  message(entry, { quote, follows, me, date }) {
    const mine = entry.author === me;
    const named = !mine && !entry.deleted && mentions(entry.text, me);
    const node = make('li', {
      class: `message${follows ? ' follows' : ''}${mine ? ' mine' : ''}${named ? ' named' : ''}${entry.pinned ? ' pinned' : ''}`,
      'data-seq': entry.seq, 'data-author': entry.author, tabindex: '-1',
    }, time(date), author(entry.author, entry.guest ? 'guest' : entry.hook ? 'hook' : ''));
    if (mine) node.append(make('span', { class: 'mark sent', title: 'sent', 'aria-label': 'sent' }, '✓'));
    if (entry.reply_to) node.append(this.quote(entry.reply_to, quote));
    node.append(entry.deleted ? make('p', { class: 'text gone' }, 'deleted') : text(entry.text ?? ''));
    const marks = [];
    if (entry.edited_at && !entry.deleted) marks.push(make('span', { title: `${entry.edited_at}; earlier texts stay on the log` }, 'edited'));
    if (entry.pinned) marks.push(make('span', {}, 'pinned'));
    for (const [emoji, names] of Object.entries(entry.reactions ?? {})) {
      marks.push(this.reaction(entry, emoji, names, me));
    }
    for (const file of entry.files ?? []) marks.push(this.actions.file(file));
    if (marks.length) node.append(make('p', { class: 'marks' }, ...marks));
    return node;
  }

  reaction(entry, emoji, names, me) {
    const count = entry.counts?.[emoji] ?? names.length;
    const who = `${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}`;
    return make('button', {
      type: 'button', class: 'reaction', tabindex: '-1', title: who, 'aria-pressed': String(names.includes(me)),
      onclick: () => this.actions.react(entry, emoji),
    }, make('bdi', {}, emoji), ` ${count}`);
  }

  quote(seq, entry) {
    const words = entry ? `${entry.author}: ${entry.deleted ? 'deleted' : (entry.text ?? '').slice(0, 120)}` : 'an earlier message';
    return make('button', { type: 'button', class: 'quote quiet', tabindex: '-1', onclick: () => this.show(seq) }, '↪ ', make('bdi', {}, words));
  }

  own(entry, me, follows) {
    const [state, mark, word] = entry.why ? ['refused', '✗', 'refused'] : entry.seq ? ['sent', '✓', 'sent'] : ['pending', '…', 'waiting to be sent'];
    const node = make('li', { class: `message own ${state}${follows ? ' follows' : ''}`, 'data-state': state, 'data-author': me },
      make('time', {}), author(me, ''), make('span', { class: `mark ${state}`, title: word, 'aria-label': word }, mark), text(entry.text));
    for (const file of entry.files ?? []) node.append(make('p', { class: 'marks' }, make('bdi', {}, file.name)));
    if (!entry.why) return node;
    const button = (label, action) => make('button', { type: 'button', class: 'quiet', onclick: () => action(entry) }, label);
    node.append(make('p', { class: 'reason', dir: 'auto' }, entry.why), make('p', { class: 'marks' },
      button('try again', this.actions.retry), button('edit', this.actions.edit), button('discard', this.actions.discard)));
    return node;
  }

  /** Goes to a message that is drawn, or has its text fetched for the quote. */
  show(seq) {
    if (!this.view.log.entries.has(seq)) return this.actions.quote(seq);
    this.atEnd = false;
    this.from = Math.min(this.from, seq);
    this.draw(this.view);
    const held = this.held.get(seq);
    held.node.scrollIntoView({ block: 'center' });
    held.node.focus({ preventScroll: true });
  }

  firstVisible() {
    const { top } = this.root.getBoundingClientRect();
    const nodes = this.root.children;
    let low = 0;
    let high = nodes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nodes[middle].getBoundingClientRect().bottom < top) low = middle + 1;
      else high = middle;
    }
    while (nodes[low] && !nodes[low].dataset.seq) low += 1;
    return nodes[low] ?? null;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    const atEnd = scrollHeight - clientHeight - scrollTop < 30;
    // only going up leaves the end; another size of the window does not
    if (this.atEnd && !atEnd && scrollTop >= this.top) return this.toEnd();
    this.top = scrollTop;
    this.atEnd = atEnd;
    this.actions.scrolled(this.atEnd);
    this.loadNear();
  }

  loadNear() {
    if (this.root.scrollTop >= NEAR_PX || this.root.clientHeight === 0) return;
    if (this.hidden > 0 && !this.atEnd) {
      this.from = this.view.log.order[Math.max(0, this.hidden - DRAWN.step)];
      this.draw(this.view);
    }
    const gap = this.topGap;
    if (gap && !gap.loading && !gap.failed && this.hidden === 0) this.actions.fill(gap);
  }

  key(event) {
    const rows = [...this.root.querySelectorAll('[data-seq]')];
    const here = rows.indexOf(document.activeElement.closest('[data-seq]'));
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const next = here < 0 ? rows.length - 1 : here + (event.key === 'ArrowUp' ? -1 : 1);
      rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    } else if (event.key === 'End' && !event.ctrlKey) {
      this.toEnd();
    } else if (event.key === 'Escape') {
      this.actions.leave();
    } else {
      return;
    }
    event.preventDefault();
  }
}

function same(a, b) {
  return Object.keys(b).every((key) => key === 'build' || a[key] === b[key]);
}

const dates = new WeakMap(); // entry → when it was, in words: formatting is slow

function dated(entry) {
  if (!dates.has(entry)) {
    const date = new Date(entry.at);
    dates.set(entry, { date, dayName: day.format(date) });
  }
  return dates.get(entry);
}

function time(date) {
  return make('time', { datetime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
}

function author(name, kind) {
  const node = make('bdi', { class: 'author' }, name);
  let hue = 7;
  for (const char of name) hue = (hue * 31 + char.codePointAt(0)) % 360;
  node.style.setProperty('--hue', hue);
  return make('span', { class: 'by' }, node, kind ? make('span', { class: 'kind' }, ` ${kind}`) : null);
}

/** A paragraph whose web addresses can be followed. */
function text(words) {
  const parts = words.split(/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}])/u);
  return make('p', { class: 'text', dir: 'auto' }, ...parts.map((part, index) => (index % 2 ? link(part) : part)));
}

function link(address) {
  return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, address);
}

function eventWords(entry) {
  const name = (words) => make('bdi', {}, words ?? '');
  const parts = make('span');
  if (entry.type === 'topic') parts.append(name(entry.author), ' set the topic: ', name(entry.topic));
  else if (['joined', 'left'].includes(entry.change)) parts.append(name(entry.user), ` ${entry.change}`);
  else if (entry.change === 'role') parts.append(name(entry.author), ' made ', name(entry.user), ' ', name(entry.role));
  else parts.append(name(entry.author), ' ', name(entry.change), ' ', name(entry.user), ...(entry.reason ? [': ', name(entry.reason)] : []));
  return parts;
}
