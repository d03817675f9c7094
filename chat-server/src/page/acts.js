// What a person does to a message: answer, react, edit, delete, pin. One toolbar for all of them, which stands in the
// message that has the pointer or the focus, so that thousands of messages need no buttons of their own. It decides
// nothing for good: what is offered here the server may still refuse, and what was done comes back as an event.

import { make } from './timeline.js';

const EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '✅'];
const KEYS = { r: 'reply', '+': 'react', e: 'edit', Delete: 'delete', p: 'pin' };

export class Acts {
  /** `ask`: `room()`, `me()`, `entry(seq)`, `request(type, fields)`, `answer(entry)`, `edit(entry)`, `failed(error)`. */
  constructor(root, ask) {
    this.root = root;
    this.ask = ask;
    this.bar = make('div', { class: 'acts', role: 'toolbar', 'aria-label': 'this message' });
    this.bar.addEventListener('keydown', (event) => this.barKey(event));
    root.addEventListener('keydown', (event) => this.key(event));
    root.addEventListener('focusin', ({ target }) => {
      this.stand(rowOf(target));
      if (target === this.row) target.scrollIntoView({ block: 'nearest' }); // it may have grown by the toolbar
    });
    // A finger has no pointer that rests: it focuses the message that it touches.
    root.addEventListener('pointerover', ({ target, pointerType }) => {
      if (pointerType === 'mouse' && !this.bar.contains(document.activeElement)) this.stand(rowOf(target));
    });
  }

  /** Puts the emoji to a message, or takes one's own away. */
  react(entry, emoji) {
    this.change('react', entry, { emoji, on: !has(entry, emoji, this.ask.me()) });
  }

  stand(row) {
    if (!row || (this.row === row && this.bar.parentNode === row)) return;
    this.row = row;
    this.offer(this.entry());
    row.append(this.bar);
  }

  entry() {
    return this.ask.entry(Number(this.row?.dataset.seq));
  }

  // What may be done, as far as this page knows: the server decides.
  acts(entry) {
    const { role, kind } = this.ask.room() ?? {};
    const mine = entry.author === this.ask.me() && !entry.hook;
    const above = role === 'moderator' || role === 'owner';
    const acts = { reply: () => this.ask.answer(entry) };
    if (entry.deleted) return acts;
    acts.react = () => this.pick(entry);
    if (mine) acts.edit = () => this.ask.edit(entry);
    if (mine || above) acts.delete = () => this.remove(entry);
    if (above || kind === 'direct') acts.pin = () => this.change('pin', entry, { on: !entry.pinned });
    return acts;
  }

  offer(entry) {
    const acts = entry ? Object.entries(this.acts(entry)) : [];
    this.fill(acts.map(([name, act]) => this.button(name === 'pin' && entry.pinned ? 'unpin' : name, act)));
  }

  /** Offers emoji in the place of the other buttons; those that the message bears come first. */
  pick(entry) {
    const borne = Object.keys(entry.reactions ?? {});
    const buttons = [...new Set([...borne, ...EMOJI])].map((emoji) => {
      const button = this.button(emoji, () => { this.back(); this.react(entry, emoji); });
      button.setAttribute('aria-pressed', has(entry, emoji, this.ask.me()));
      return button;
    });
    const other = this.button('other …', () => {
      const emoji = window.prompt('An emoji, or a :shortcode:')?.trim();
      this.back();
      if (emoji) this.react(entry, emoji);
    });
    this.fill([...buttons, other]);
    buttons[0].focus();
  }

  back() {
    this.offer(this.entry());
    this.row?.focus({ preventScroll: true });
  }

  remove(entry) {
    if (window.confirm('Delete this message for everyone? Its text is gone for good.')) this.change('delete', entry, {});
  }

  change(type, entry, fields) {
    this.ask.request(type, { room: entry.room, target: entry.seq, ...fields }).catch(this.ask.failed);
  }

  button(label, act) {
    return make('button', { type: 'button', class: 'quiet', 'data-act': label, onclick: act }, make('bdi', {}, label));
  }

  fill(buttons) {
    this.bar.replaceChildren(...buttons);
  }

  key(event) {
    const row = rowOf(document.activeElement);
    if (!row || row !== document.activeElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const entry = this.ask.entry(Number(row.dataset.seq));
    const act = name && entry && this.acts(entry)[name];
    if (!act) return;
    event.preventDefault();
    act();
  }

  barKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const buttons = [...this.bar.children];
      buttons[buttons.indexOf(document.activeElement) + step]?.focus();
    } else if (event.key === 'Escape') {
      this.back();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

function rowOf(element) {
  return element?.closest?.('li.message[data-seq]') ?? null;
}

function has(entry, emoji, me) {
  return (entry.reactions?.[emoji] ?? []).includes(me);
}
