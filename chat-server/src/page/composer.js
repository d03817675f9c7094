// Where a message is written: the text, kept as its room's draft, what it answers or changes, and what is wrong with it
// in words, said before anything is sent. It does not send: a finished message goes out through `actions`. While an
// earlier message is edited, the draft is put aside and comes back.

import { tab } from './keep.js';
import { textReason, trimmed } from './rules.js';

const TOLD_MS = 3000; // that one is typing is told at most this often

export class Composer {
  /** `limits()` as the server stated them; `send(text, replyTo, files)`, `edit(entry, text)` and `typing()` for the room that was opened last. */
  constructor(limits, files, actions) {
    this.limits = limits;
    this.files = files; // of the next message
    this.actions = actions;
    this.room = null;
    this.answering = null; // the entry that is answered
    this.editing = null; // or the one that is changed
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
    document.getElementById('answer-not').addEventListener('click', () => this.cancel());
  }

  /** Another room, or none: its draft comes back. */
  open(room) {
    this.room = room;
    this.form.inert = room === null;
    this.about(null, null);
    this.draft();
    this.files.draw();
  }

  draft() {
    this.write(this.room === null ? '' : tab.load(`draft ${this.room}`, ''));
  }

  /** Puts a text in: keeps it, makes room for it, says early what would be refused. */
  write(text) {
    if (this.box.value !== text) this.box.value = text;
    if (this.room !== null && !this.editing) tab.save(`draft ${this.room}`, text || null);
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
    const long = text.length > this.limits().text_chars / 2;
    this.say(long ? textReason(trimmed(text), this.limits()) : null);
  }

  answer(entry) {
    if (this.editing) this.cancel();
    this.about(entry, null);
    this.focus();
  }

  edit(entry) {
    this.about(null, entry);
    this.write(entry.text ?? '');
    this.focus();
  }

  /** Neither answers nor edits any more. */
  cancel() {
    const edited = this.editing;
    this.about(null, null);
    if (edited) this.draft();
    this.focus();
  }

  about(answering, editing) {
    Object.assign(this, { answering, editing });
    const entry = answering ?? editing;
    const [words, not] = this.line.children;
    this.line.hidden = !entry;
    not.textContent = editing ? 'do not edit' : 'do not reply';
    if (entry) words.textContent = `${editing ? 'editing ' : `↪ ${entry.author}: `}${(entry.text ?? '').slice(0, 80)}`;
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
      this.cancel();
    }
  }

  submit() {
    const text = trimmed(this.box.value);
    const files = this.editing ? [] : this.files.of(this.room);
    const reason = this.files.busy() ? 'a file is still on its way' : text || !files.length ? textReason(text, this.limits()) : null;
    this.say(reason);
    if (reason) return;
    if (this.editing) return this.change(this.editing, text);
    const answered = this.answering?.seq;
    this.write('');
    this.cancel();
    this.told = -Infinity;
    this.actions.send(text, answered, this.files.take());
  }

  // The text stays in the box until the server has taken it.
  async change(entry, text) {
    try {
      await this.actions.edit(entry, text);
      if (this.editing === entry) this.cancel();
    } catch (error) {
      if (this.editing === entry) this.say(error.message ?? error.code);
    }
  }

  tell() {
    const now = performance.now();
    if (!this.box.value.trim() || now - this.told < TOLD_MS) return;
    this.told = now;
    this.actions.typing();
  }
}
