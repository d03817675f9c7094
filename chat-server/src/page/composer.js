// Where a message is written: the text, kept as its room's draft, what it answers, and what is wrong with it in words,
// said before anything is sent. It does not send: a finished message goes out through `actions`.

import { tab } from './keep.js';
import { textReason, trimmed } from './rules.js';

const TOLD_MS = 3000; // that one is typing is told at most this often

export class Composer {
  /** `limits()` as the server stated them; `send(text, replyTo)` and `typing()` for the room that was opened last. */
  constructor(limits, actions) {
    this.limits = limits;
    this.actions = actions;
    this.room = null;
    this.answering = null; // the entry that is answered
    this.told = -Infinity;
    const [form, box, reason, line] = ['composer', 'text', 'composer-reason', 'answering'].map((id) => document.getElementById(id));
    Object.assign(this, { form, box, reason, line });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    box.addEventListener('input', () => {
      this.write(box.value);
      this.tell();
    });
    box.addEventListener('keydown', (event) => this.key(event));
    document.getElementById('answer-not').addEventListener('click', () => this.answer(null));
  }

  /** Another room, or none: its draft comes back. */
  open(room) {
    this.room = room;
    this.form.inert = room === null;
    this.answer(null, false);
    this.write(room === null ? '' : tab.load(`draft ${room}`, ''));
  }

  /** Puts a text in: keeps it, makes room for it, says early what would be refused. */
  write(text) {
    if (this.box.value !== text) this.box.value = text;
    if (this.room !== null) tab.save(`draft ${this.room}`, text || null);
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
    const long = text.length > this.limits().text_chars / 2;
    this.say(long ? textReason(trimmed(text), this.limits()) : null);
  }

  answer(entry, focus = true) {
    this.answering = entry;
    this.line.hidden = !entry;
    if (entry) this.line.firstElementChild.textContent = `↪ ${entry.author}: ${(entry.text ?? '').slice(0, 80)}`;
    if (focus) this.focus();
  }

  focus() {
    this.box.focus();
  }

  say(reason) {
    this.reason.textContent = reason ?? '';
  }

  key(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape') {
      this.answer(null);
    }
  }

  submit() {
    const text = trimmed(this.box.value);
    const reason = textReason(text, this.limits());
    this.say(reason);
    if (reason) return;
    const answered = this.answering?.seq;
    this.write('');
    this.answer(null);
    this.told = -Infinity;
    this.actions.send(text, answered);
  }

  tell() {
    const now = performance.now();
    if (!this.box.value.trim() || now - this.told < TOLD_MS) return;
    this.told = now;
    this.actions.typing();
  }
}
