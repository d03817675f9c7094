// Files: up with the next message, and down into the timeline. Both by `fetch` with the token in a header, so that it
// stands in no address. What was chosen waits here, by room, until its message is sent; what was fetched is kept for a while.

import { local } from './keep.js';
import { make } from './timeline.js';

const SHOWN = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];
const SHOWN_BYTES = 8 * 1024 * 1024; // larger pictures come when they are asked for
const KEPT = 50; // pictures kept in memory
const MESSAGE_FILES = 10;

export class Files {
  /** `room()` is the open one, `limits()` as the server stated them, `say(reason)`, and `changed()` after all that moves others. */
  constructor(context) {
    this.context = context;
    this.waiting = new Map(); // room → what its next message will have
    this.pictures = new Map(); // id → promise of an address
    this.list = document.getElementById('attached');
    const input = document.getElementById('file');
    document.getElementById('attach').addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      this.add(input.files);
      input.value = '';
    });
    document.getElementById('text').addEventListener('paste', (event) => this.taken(event, event.clipboardData));
    const place = document.getElementById('room');
    place.addEventListener('dragover', (event) => event.dataTransfer.types.includes('Files') && event.preventDefault());
    place.addEventListener('drop', (event) => this.taken(event, event.dataTransfer));
  }

  taken(event, data) {
    if (!data?.files.length) return;
    event.preventDefault();
    this.add(data.files);
  }

  of(room) {
    return this.waiting.get(room) ?? [];
  }

  add(chosen) {
    const room = this.context.room();
    if (room === null) return;
    for (const file of chosen) {
      const reason = this.reason(room, file);
      if (reason) this.context.say(reason);
      else this.upload(room, file);
    }
  }

  reason(room, file) {
    const { file_bytes: most } = this.context.limits();
    if (this.of(room).length >= MESSAGE_FILES) return `a message has at most ${MESSAGE_FILES} files`;
    return file.size > most ? `${file.name} is larger than ${bytes(most)}` : null;
  }

  async upload(room, file) {
    const one = { name: file.name, info: null };
    this.waiting.set(room, [...this.of(room), one]);
    this.draw();
    try {
      const query = new URLSearchParams({ room, name: file.name });
      one.info = await (await answered(`/files?${query}`, { method: 'POST', body: file })).json();
    } catch (error) {
      this.drop(room, one);
      this.context.say(`${file.name}: ${error.message}`);
    }
    this.draw();
  }

  drop(room, one) {
    this.waiting.set(room, this.of(room).filter((other) => other !== one));
    this.draw();
  }

  /** Something is still on its way up. */
  busy() {
    return this.of(this.context.room()).some((one) => !one.info);
  }

  /** What the next message has, which is then no longer waiting. */
  take() {
    const room = this.context.room();
    const taken = this.of(room).map((one) => one.info);
    this.waiting.delete(room);
    this.draw();
    return taken;
  }

  draw() {
    const room = this.context.room();
    const one = (file) => make('li', {}, make('bdi', {}, file.name), file.info ? ` ${bytes(file.info.size)} ` : ' … ',
      make('button', { type: 'button', class: 'quiet', 'aria-label': `without ${file.name}`, onclick: () => this.drop(room, file) }, '✕'));
    this.list.replaceChildren(...this.of(room).map(one));
  }

  /** A file in a message: a picture in its place, anything else as something to save. */
  shown(file) {
    const save = () => this.save(file).catch((error) => this.context.say(`${file.name}: ${error.message}`));
    const words = [make('bdi', {}, file.name), ` ${bytes(file.size)}`];
    const node = make('button', { type: 'button', class: 'file', tabindex: '-1', title: `save ${file.name}`, onclick: save }, ...words);
    if (SHOWN.includes(file.mime) && file.size <= SHOWN_BYTES) this.show(file, node);
    return node;
  }

  async show(file, node) {
    try {
      const picture = make('img', { alt: file.name, onload: () => this.context.changed() });
      picture.src = await this.picture(file);
      node.replaceChildren(picture);
    } catch {
      // the name stays, and can be pressed
    }
  }

  picture(file) {
    if (!this.pictures.has(file.id)) {
      this.pictures.set(file.id, address(file).catch((error) => {
        this.pictures.delete(file.id);
        throw error;
      }));
      const [eldest, held] = this.pictures.entries().next().value;
      if (this.pictures.size > KEPT) {
        this.pictures.delete(eldest);
        held.then((url) => URL.revokeObjectURL(url), () => {});
      }
    }
    return this.pictures.get(file.id);
  }

  async save(file) {
    const url = await address(file);
    make('a', { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }
}

async function address(file) {
  return URL.createObjectURL(await (await answered(file.url)).blob());
}

async function answered(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { Authorization: `Bearer ${local.load('token', '')}` } });
  if (answer.ok) return answer;
  throw await answer.json().catch(() => ({ message: answer.statusText }));
}

function bytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${Math.round(count / 1e3)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
