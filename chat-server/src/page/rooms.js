// The rooms one is in, as the server's frames tell them: facts, counts and a log each. A plain value: no network, no
// document, no clock. What frames about several rooms have in common (who I am, the epoch, invitations) is here too.

import { RoomLog } from './log.js';
import { mentions } from './rules.js';

const RESUME_BYTES = 48000; // of cursors in `hello`, well within a frame
const GONE = new Set(['kicked', 'banned', 'left']);

export class Rooms {
  constructor() {
    this.byName = new Map(); // name → the summary of `welcome` or `joined`, and `log`, `typing`, `online`, `quotes`, `newFrom`
    this.invites = [];
    this.me = null;
    this.epoch = null;
  }

  get(name) {
    return this.byName.get(name);
  }

  /** What `hello` says of how far we are. Another epoch is another history: nothing held of the log is true in it. */
  resume(epoch) {
    if (this.epoch !== epoch) this.forget();
    this.epoch = epoch;
    const resume = {};
    let bytes = 0;
    for (const [name, room] of this.byName) {
      bytes += name.length * 4 + 24;
      room.resumed = room.log !== null && !room.gone && bytes < RESUME_BYTES;
      if (room.resumed) resume[name] = room.log.cursor;
    }
    return { epoch, resume };
  }

  /** Takes a `welcome`. A room it does not name was left or taken away; `unsaid(name)` tells if something waits to be sent there. */
  welcome(frame, unsaid) {
    if (frame.reset) this.forget();
    this.me = frame.user;
    this.invites = frame.invites ?? [];
    const named = new Set(frame.rooms.map((summary) => summary.room));
    for (const name of [...this.byName.keys()]) if (!named.has(name)) this.leave(name, unsaid(name));
    for (const summary of frame.rooms) this.enter(summary);
  }

  /** A room as `welcome` or `joined` tells it. What follows on its log is counted on top of these numbers. */
  enter(summary) {
    const room = this.get(summary.room) ?? { name: summary.room, log: null, typing: new Map(), quotes: new Map(), online: null, newFrom: 0 };
    const { kind, topic, role, read, unread, mentions: named, head } = summary;
    Object.assign(room, { kind, topic, role, read, unread, mentions: named, counted: head });
    room.log ??= new RoomLog(head);
    if (!room.resumed) room.log.skip(room.log.cursor + 1, head);
    Object.assign(room, { resumed: true, gone: false });
    for (const gap of room.log.gaps) gap.failed = null;
    this.byName.set(room.name, room);
    this.invites = this.invites.filter((invite) => invite.room !== room.name);
    return room;
  }

  /** The reply to `join` or `direct`: in a room that is followed already it is only a page. */
  joined(reply) {
    const held = this.get(reply.room);
    const room = held && !held.gone ? held : this.enter(reply);
    const tail = room.log.tail();
    if (tail && reply.events?.length) room.log.fill(tail, { ...reply, more_before: true });
    return room;
  }

  /** A room that one is in no longer; it stays to be seen while something is `unsaid` in it. */
  leave(name, unsaid) {
    const room = this.get(name);
    if (!room) return;
    if (unsaid) Object.assign(room, { gone: true, resumed: false });
    else this.byName.delete(name);
  }

  /** Takes an event: answers its room when it was news. */
  event(event) {
    const room = this.get(event.room);
    if (!room?.log?.apply(event)) return null;
    if (event.type === 'topic') room.topic = event.topic;
    if (event.type === 'member' && event.change === 'role' && event.user === this.me) room.role = event.role;
    if (event.type === 'message' && event.author !== this.me && !event.deleted && event.seq > room.counted) {
      room.unread += 1;
      if (mentions(event.text, this.me)) room.mentions += 1;
    }
    return room;
  }

  /** Whether an event says that we were removed. */
  removes(event) {
    return event.type === 'member' && event.user === this.me && GONE.has(event.change);
  }

  /** A read marker that moved, here or elsewhere. */
  markRead(room, { seq, unread, mentions: named }) {
    Object.assign(room, { read: seq, unread, mentions: named, counted: room.log.cursor });
  }

  presence({ user, online, room }) {
    for (const other of this.byName.values()) {
      if (other.online && (other.name === room || other.online.has(user))) other.online.set(user, online);
    }
  }

  forget() {
    for (const room of this.byName.values()) room.log = null;
  }

  sorted() {
    return [...this.byName.values()].sort((a, b) => (a.kind === 'direct') - (b.kind === 'direct') || (a.name < b.name ? -1 : 1));
  }

  /** What a person calls the room: one with another person bears that one's name. */
  label(room) {
    if (room.kind !== 'direct') return room.name;
    const [a, b] = room.name.slice(1).split('+');
    return `@${a === this.me.toLowerCase() ? b : a}`;
  }
}
