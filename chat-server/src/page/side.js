// Draws what stands beside the log: the list of rooms, who is here, and the title with its count. It decides nothing.
// Rows are kept and altered in place, so that a press on one survives the news that arrive meanwhile.

import { make } from './timeline.js';

export class Side {
  /** `choose(name)` opens a room, `accept(name)` joins one that we are invited to. */
  constructor({ choose, accept }) {
    this.actions = { choose, accept };
    this.rows = new Map();
    this.list = document.getElementById('rooms');
    this.count = document.getElementById('drawer-count');
    this.people = document.getElementById('people');
  }

  draw(rooms, open) {
    const lines = [
      ...rooms.sorted().map((room) => this.roomLine(room, rooms.label(room), room.name === open)),
      ...rooms.invites.map((invite) => this.inviteLine(invite)),
    ];
    for (const [key, row] of this.rows) {
      if (lines.includes(row.line)) continue;
      row.line.remove();
      this.rows.delete(key);
    }
    lines.forEach((line, index) => {
      if (this.list.children[index] !== line) this.list.insertBefore(line, this.list.children[index] ?? null);
    });
    const all = rooms.sorted().reduce((sum, room) => sum + room.unread, 0);
    const room = rooms.get(open);
    const others = all - (room?.unread ?? 0);
    this.count.hidden = others <= 0;
    this.count.textContent = counted(others);
    document.title = `${all > 0 ? `(${counted(all)}) ` : ''}${room ? `${rooms.label(room)} · ` : ''}chat`;
  }

  roomLine(room, label, current) {
    const row = this.row(room.name, () => {
      const parts = { name: make('bdi'), gone: make('span', {}, '(left)'), mentions: make('span', { class: 'badge mention' }), unread: make('span', { class: 'badge' }) };
      const button = make('button', { type: 'button', 'data-room': room.name, onclick: () => this.actions.choose(room.name) }, ...Object.values(parts));
      return { ...parts, button, line: make('li', {}, button) };
    });
    row.name.textContent = label;
    row.gone.hidden = !room.gone;
    for (const kind of ['mentions', 'unread']) {
      row.button.dataset[kind] = room[kind];
      row[kind].hidden = !room[kind];
      row[kind].textContent = `${kind === 'mentions' ? '@' : ''}${counted(room[kind])}`;
      row[kind].title = kind;
    }
    if (current) row.button.setAttribute('aria-current', 'true');
    else row.button.removeAttribute('aria-current');
    return row.line;
  }

  inviteLine({ room, by }) {
    return this.row(`invite ${room}`, () => ({
      line: make('li', {}, make('button', { type: 'button', class: 'invite', onclick: () => this.actions.accept(room) },
        'join ', make('bdi', {}, room), ', invited by ', make('bdi', {}, by))),
    })).line;
  }

  row(key, build) {
    if (!this.rows.has(key)) this.rows.set(key, build());
    return this.rows.get(key);
  }

  drawPeople(room) {
    this.people.hidden = !room?.online;
    if (!room?.online) return;
    const people = [...room.online].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const [summary, list] = this.people.children;
    summary.textContent = `${people.filter(([, online]) => online).length} here`;
    summary.title = `of ${room.members} members`;
    if (!this.people.open) return;
    list.replaceChildren(...people.map(([name, online]) => make('li', { class: online ? 'online' : '' }, online ? '● ' : '○ ', make('bdi', {}, name))));
  }
}

function counted(count) {
  return count > 999 ? '999+' : String(count);
}
