// The chat view: who one is, the rooms, the open room's log, and what a person does with them. It owns the state and
// decides when something is drawn; the connection, the logs, the outbox and the timeline are values and parts it uses.

import { local, tab } from './keep.js';
import { Link } from './link.js';
import { RoomLog } from './log.js';
import { Outbox } from './outbox.js';
import { LIMITS, nameReason, roomReason, textReason, trimmed } from './rules.js';
import { Timeline, make, mentions } from './timeline.js';

const PAGE = 50; // entries of history at a time
const KEPT = { open: 20000, other: 500 }; // entries of a room in memory; older ones are read again
const TYPING_MS = { shown: 5000, told: 3000 };
const READ_MS = 400; // read markers are told at most this often
const RESUME_BYTES = 48000; // of cursors in `hello`, well within a frame

export function startChat(url) {
  const at = (id) => document.getElementById(id);
  const rooms = new Map(); // name → what `welcome` says of it, and `log`, `typing`, `online`, `quotes`, `newFrom`
  const missing = new Set(); // requests that this server does not offer
  let me = null;
  let invites = [];
  let epoch = null;
  let open = tab.load('room', local.load('room', null));
  let drawing = false;
  let answering = null;
  let toldTyping = 0;
  let readTimer = null;
  let countdown = null;
  let login = null; // the name and password being tried

  const link = new Link(url, { hello, welcome, refused, frame, state });
  const request = (type, fields) => link.request(type, fields);
  const outbox = new Outbox(request, redraw);
  const timeline = new Timeline(at('timeline'), {
    fill, quote, retry: (own) => outbox.retry(own), discard: (own) => outbox.discard(own),
    edit: (own) => { at('text').value = own.text; outbox.discard(own); at('text').focus(); size(); },
    answer: (entry) => { answering = { room: open, entry }; redraw(); at('text').focus(); },
    scrolled: (atEnd) => { at('latest').hidden = atEnd; if (atEnd) tellRead(); },
    leave: () => at('text').focus(),
  });
  wire();
  if (local.load('token', null)) link.enter();
  else ask('');

  return { shown: () => { redraw(); (at('login').hidden ? at('text') : at('name')).focus(); } };

  // ---- coming in

  function hello(greeting) {
    at('server-name').textContent = greeting.name ?? 'chat';
    at('account').open ||= greeting.guests === false;
    if (epoch !== greeting.epoch) forget();
    epoch = greeting.epoch;
    const token = local.load('token', null);
    if (!token && !login) return null;
    const resume = {};
    let bytes = 0;
    for (const [name, room] of rooms) {
      bytes += name.length * 4 + 24;
      room.resumed = room.log !== null && bytes < RESUME_BYTES;
      if (room.resumed) resume[name] = room.log.cursor;
    }
    return { ...(token && !login?.password ? { token } : {}), ...login, client: 'web page', epoch, resume };
  }

  function welcome(frame) {
    if (frame.reset) forget();
    me = frame.user;
    login = null;
    invites = frame.invites ?? [];
    local.save('token', frame.token);
    local.save('name', me);
    outbox.ownedBy(frame.token);
    const names = new Set(frame.rooms.map((room) => room.room));
    for (const name of [...rooms.keys()]) if (!names.has(name) && !outbox.of(name).length) rooms.delete(name);
    for (const summary of frame.rooms) enter(summary);
    at('me').textContent = frame.guest ? `${me} (guest)` : me;
    show('talk');
    if (!rooms.has(open)) open = rooms.has('lobby') ? 'lobby' : rooms.keys().next().value ?? null;
    choose(open);
    outbox.pump();
  }

  function refused(error) {
    if (error.code === 'bad_credentials' && !login?.password) local.save('token', null);
    login = null;
    ask(error.message ?? error.code);
  }

  function ask(reason) {
    at('name').value ||= local.load('name', '');
    at('login-reason').textContent = reason;
    show('login');
    at('name').select();
    at('name').focus();
  }

  function forget() {
    for (const room of rooms.values()) room.log = null;
    timeline.clear();
  }

  // ---- rooms

  // A room as `welcome` or `joined` tells it. What follows on the log is counted on top of these numbers.
  function enter(summary) {
    const room = rooms.get(summary.room) ?? { name: summary.room, typing: new Map(), quotes: new Map(), online: null };
    const { events, type, id, ...facts } = summary;
    Object.assign(room, facts, { counted: summary.head, gone: false });
    room.log ??= new RoomLog(summary.head);
    if (!room.resumed) room.log.skip(room.log.cursor + 1, summary.head);
    room.resumed = true;
    for (const gap of room.log.gaps) gap.failed = null;
    rooms.set(room.name, room);
    return room;
  }

  function choose(name) {
    const room = rooms.get(name);
    if (!room) return redraw();
    if (open !== name || !timeline.held.size) timeline.clear();
    if (open !== name) at('people').open = false;
    if (open && open !== name) rooms.get(open)?.log.trim(KEPT.other);
    open = name;
    tab.save('room', name);
    local.save('room', name);
    room.newFrom = room.unread > 0 ? room.read + 1 : 0;
    at('text').value = tab.load(`draft ${name}`, '');
    size();
    drawer(false);
    catchUp(room);
    members(room);
    redraw();
  }

  // The newest messages, and what changed in those held, where the log was not followed all the way.
  function catchUp(room) {
    const tail = room.log.tail();
    if (tail) fill(tail, room);
    if (room.log.stale !== null && room.log.order.length) refresh(room);
    else room.log.stale = null;
  }

  async function refresh(room) {
    try {
      while (room.log.stale !== null) room.log.refresh(await request('history', { room: room.name, changed_after: room.log.stale, limit: PAGE }));
      redraw();
    } catch {
      // asked again when the room is opened next
    }
  }

  async function fill(gap, room = rooms.get(open)) {
    if (gap.loading) return;
    const { log } = room;
    gap.loading = true;
    gap.failed = null;
    redraw();
    try {
      const page = await request('history', { room: room.name, before: gap.to + 1, limit: PAGE });
      if (room.log === log) log.fill(gap, page);
    } catch (error) {
      gap.failed = error.message ?? error.code; // cleared by the next welcome
    }
    gap.loading = false;
    redraw();
  }

  async function quote(seq) {
    const room = rooms.get(open);
    try {
      const page = await request('history', { room: room.name, around: seq, limit: 1 });
      room.quotes.set(seq, page.events.find((entry) => entry.seq === seq) ?? { author: '', text: 'no longer kept' });
      redraw();
    } catch {
      // the line stays as it is
    }
  }

  async function join(name) {
    const direct = name.startsWith('@') && !name.includes('+');
    const reply = await request(direct ? 'direct' : 'join', direct ? { user: name.slice(1) } : { room: name });
    const known = rooms.has(reply.room) && !rooms.get(reply.room).gone;
    const room = known ? rooms.get(reply.room) : enter(reply);
    const tail = room.log.tail();
    if (tail && reply.events?.length) room.log.fill(tail, { ...reply, more_before: true });
    invites = invites.filter((invite) => invite.room !== reply.room);
    choose(reply.room);
  }

  // Presence in a small way: who of the open room is there, where the server tells.
  async function members(room) {
    room.online = null;
    room.members = null;
    if (missing.has('members')) return;
    try {
      const reply = await request('members', { room: room.name, limit: 100 });
      room.members = reply.total;
      room.online = new Map(reply.members.map((member) => [member.name, member.online]));
      redraw();
    } catch (error) {
      if (error.code === 'unsupported') missing.add('members');
    }
  }

  // ---- frames that answer nothing

  function frame(frame) {
    const room = rooms.get(frame.room);
    if (frame.seq !== undefined && frame.author !== undefined) return room?.log && event(room, frame);
    switch (frame.type) {
      case 'gap':
        if (!room) return;
        room.log.skip(frame.from, frame.to);
        if (room.name === open) catchUp(room);
        break;
      case 'joined': enter(frame); break;
      case 'left': gone(frame.room); break;
      case 'read': if (room) Object.assign(room, { read: frame.seq, unread: frame.unread, mentions: frame.mentions, counted: room.log.cursor }); break;
      case 'invited': invites.push({ room: frame.room, by: frame.by }); break;
      case 'typing': if (room && frame.user !== me) typing(room, frame.user); break;
      case 'presence':
        for (const other of rooms.values()) if (other.online?.has(frame.user) || other === room) other.online?.set(frame.user, frame.online);
        break;
      case 'error': at('composer-reason').textContent = frame.message ?? frame.code; break;
      default: return;
    }
    redraw();
  }

  function event(room, event) {
    const news = room.log.apply(event);
    outbox.seen(room.name, room.log.cursor, event.author === me ? event.nonce : null);
    if (!news) return;
    room.typing.delete(event.author);
    if (event.type === 'topic') room.topic = event.topic;
    if (event.type === 'member' && event.user === me && ['kicked', 'banned', 'left'].includes(event.change)) gone(room.name);
    if (event.type === 'message' && event.author !== me && !event.deleted && event.seq > room.counted) {
      room.unread += 1;
      if (mentions(event.text, me)) room.mentions += 1;
      if (room.name === open && !room.newFrom && (document.hidden || !timeline.atEnd)) room.newFrom = event.seq;
      if (room.name === open) announce(`${event.author}: ${event.text}`);
    }
    if (timeline.atEnd || room.name !== open) room.log.trim(room.name === open ? KEPT.open : KEPT.other);
    redraw();
  }

  function gone(name) {
    const room = rooms.get(name);
    if (!room) return;
    if (outbox.of(name).length) room.gone = true;
    else rooms.delete(name);
    if (name === open && !room.gone) {
      timeline.clear();
      choose(rooms.keys().next().value);
    }
  }

  function typing(room, user) {
    clearTimeout(room.typing.get(user));
    room.typing.set(user, setTimeout(() => { room.typing.delete(user); redraw(); }, TYPING_MS.shown));
  }

  let announced = 0;
  function announce(words) {
    const now = performance.now();
    at('announce').textContent = now - announced < 300 ? 'several new messages' : words.slice(0, 200);
    announced = now;
  }

  function tellRead() {
    const room = rooms.get(open);
    if (!room || readTimer || document.hidden || at('talk').hidden || at('chat').hidden || !timeline.atEnd) return;
    if (room.log.cursor <= room.read || room.log.tail() || missing.has('read')) return;
    readTimer = setTimeout(async () => {
      readTimer = null;
      const seq = room.log.cursor;
      try {
        await request('read', { room: room.name, seq });
      } catch (error) {
        if (error.code !== 'unsupported') return;
        missing.add('read');
      }
      Object.assign(room, { read: seq }, room.log.cursor === seq ? { unread: 0, mentions: 0 } : {});
      redraw();
      if (room.log.cursor > seq) tellRead();
    }, READ_MS);
  }

  // ---- what a person does

  function wire() {
    on('login', 'submit', () => {
      const name = at('name').value.trim();
      const password = at('password').value;
      const reason = nameReason(name, link.greeting?.limits ?? LIMITS);
      at('login-reason').textContent = reason ?? '';
      if (reason) return at('name').focus();
      login = { name, ...(at('account').open && password ? { password } : {}) };
      link.enter();
    });
    on('join', 'submit', async () => {
      const name = at('join-name').value.trim().replace(/^#/, '').toLowerCase();
      let reason = roomReason(name, limits());
      if (!reason) {
        try {
          await join(name);
          at('join-name').value = '';
        } catch (error) {
          reason = error.message ?? error.code;
        }
      }
      at('join-reason').textContent = reason ?? '';
    });
    on('join-name', 'focus', suggest);
    on('composer', 'submit', submit);
    on('text', 'input', () => {
      tab.save(`draft ${open}`, at('text').value || null);
      size();
      tellTyping();
    });
    at('text').addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        submit();
      } else if (event.key === 'Escape' && answering) {
        answering = null;
        redraw();
      }
    });
    at('answering').querySelector('button').addEventListener('click', () => { answering = null; redraw(); at('text').focus(); });
    on('latest', 'click', () => timeline.toEnd());
    on('retry', 'click', () => link.enter());
    on('drawer', 'click', () => drawer(!at('talk').classList.contains('drawn')));
    on('leave', 'click', async () => {
      try {
        gone((await request('leave', { room: open })).room);
      } catch (error) {
        at('composer-reason').textContent = error.message ?? error.code;
      }
      redraw();
    });
    on('sign-out', 'click', async () => {
      if (!confirm('This browser forgets who you are here. A guest\u2019s name can\u2019t be taken back at once.')) return;
      await request('logout').catch(() => {});
      local.save('token', null);
      link.stop();
      rooms.clear();
      ask('');
    });
    document.addEventListener('keydown', (event) => event.key === 'Escape' && drawer(false));
    document.addEventListener('visibilitychange', tellRead);
  }

  function on(id, type, action) {
    at(id).addEventListener(type, (event) => {
      if (type === 'submit') event.preventDefault();
      action();
    });
  }

  function limits() {
    return { ...LIMITS, ...link.greeting?.limits };
  }

  function submit() {
    const text = trimmed(at('text').value);
    const reason = open ? textReason(text, limits()) : 'join a room first';
    at('composer-reason').textContent = reason ?? '';
    if (reason) return;
    outbox.add(open, text, answering?.room === open ? answering.entry.seq : null);
    answering = null;
    toldTyping = 0;
    at('text').value = '';
    tab.save(`draft ${open}`, null);
    const room = rooms.get(open);
    room.newFrom = 0;
    timeline.atEnd = true;
    size();
    redraw();
  }

  function size() {
    const box = at('text');
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + 2}px`;
    const reason = box.value.length > limits().text_chars / 2 ? textReason(trimmed(box.value), limits()) : null;
    at('composer-reason').textContent = reason ?? '';
  }

  function tellTyping() {
    const now = performance.now();
    if (!at('text').value.trim() || (toldTyping && now - toldTyping < TYPING_MS.told) || missing.has('typing')) return;
    toldTyping = now;
    request('typing', { room: open }).catch((error) => error.code === 'unsupported' && missing.add('typing'));
  }

  async function suggest() {
    if (missing.has('rooms')) return;
    try {
      const { rooms: found } = await request('rooms', { limit: 100 });
      at('public-rooms').replaceChildren(...found.filter(({ room }) => !rooms.has(room)).map(({ room, topic }) => make('option', { value: room }, topic ?? '')));
    } catch (error) {
      if (error.code === 'unsupported') missing.add('rooms');
    }
  }

  function drawer(drawn) {
    at('talk').classList.toggle('drawn', drawn);
    at('drawer').setAttribute('aria-expanded', drawn);
    if (drawn) at('rooms').querySelector('button')?.focus();
  }

  // ---- drawing

  function show(part) {
    at('login').hidden = part !== 'login';
    at('talk').hidden = at('drawer').hidden = part !== 'talk';
  }

  function state(name, why, waitMs) {
    clearInterval(countdown);
    document.body.dataset.link = name;
    const words = {
      idle: 'not connected', connecting: 'connecting …', asking: 'choose a name',
      online: 'connected', waiting: `offline: ${why}`, stopped: `ended by the server: ${why}`,
    };
    at('status').textContent = words[name];
    at('retry').hidden = name !== 'waiting' && name !== 'stopped';
    at('retry').textContent = name === 'stopped' ? 'connect again' : 'try now';
    const until = performance.now() + waitMs;
    const tick = () => { at('retry').textContent = `try now (${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s)`; };
    if (name !== 'waiting') return;
    tick();
    countdown = setInterval(tick, 1000);
  }

  // All changes of a frame's time are drawn together; a hidden page has no frames and draws by the clock.
  function redraw() {
    if (drawing) return;
    drawing = true;
    const draw = () => { drawing = false; drawNow(); };
    if (document.hidden) setTimeout(draw, 250);
    else requestAnimationFrame(draw);
  }

  function drawNow() {
    if (!me) return;
    drawRooms();
    const room = rooms.get(open);
    at('composer').inert = !room;
    at('leave').hidden = !room;
    at('room-name').textContent = room ? label(room) : 'no room yet';
    at('topic').textContent = room?.topic ?? '';
    drawPeople(room);
    if (!room?.log || at('chat').hidden) return;
    const writing = [...room.typing.keys()];
    at('typing').textContent = writing.length > 3 ? 'several people are writing …' : writing.length ? `${writing.join(', ')} ${writing.length > 1 ? 'are' : 'is'} writing …` : '';
    const to = answering?.room === open ? answering.entry : null;
    at('answering').hidden = !to;
    if (to) at('answering').firstElementChild.textContent = `↪ ${to.author}: ${(to.text ?? '').slice(0, 80)}`;
    outbox.seen(open, room.log.cursor);
    timeline.draw({ log: room.log, own: outbox.of(open), me, newFrom: room.newFrom, quotes: room.quotes });
    at('latest').hidden = timeline.atEnd;
    tellRead();
  }

  function drawRooms() {
    const focused = document.activeElement?.dataset?.room;
    const sorted = [...rooms.values()].sort((a, b) => (a.kind === 'direct') - (b.kind === 'direct') || (a.name < b.name ? -1 : 1));
    const badge = (count, mark, word) => (count > 0 ? make('span', { class: mark ? 'badge mention' : 'badge', 'aria-label': `${count} ${word}` }, `${mark}${count > 999 ? '999+' : count}`) : null);
    at('rooms').replaceChildren(
      ...sorted.map((room) => make('li', {}, make('button', {
        type: 'button', class: room.unread ? 'unread' : '', 'data-room': room.name, 'data-unread': room.unread, 'data-mentions': room.mentions,
        'aria-current': room.name === open ? 'true' : undefined, onclick: () => { choose(room.name); at('text').focus(); },
      }, make('bdi', {}, label(room)), room.gone ? ' (left)' : null, badge(room.mentions, '@', 'mentions'), badge(room.unread, '', 'unread')))),
      ...invites.map((invite) => make('li', {}, make('button', { type: 'button', class: 'invite', onclick: () => join(invite.room).catch((error) => { at('join-reason').textContent = error.message; }) },
        'join ', make('bdi', {}, invite.room), ', invited by ', make('bdi', {}, invite.by)))),
    );
    if (focused) [...at('rooms').querySelectorAll('button')].find((button) => button.dataset.room === focused)?.focus();
    const all = sorted.reduce((sum, room) => sum + room.unread, 0);
    const others = all - (rooms.get(open)?.unread ?? 0);
    at('drawer-count').hidden = others <= 0;
    at('drawer-count').textContent = others;
    document.title = `${all > 0 ? `(${all}) ` : ''}${open ? `${label(rooms.get(open))} · ` : ''}chat`;
  }

  function drawPeople(room) {
    at('people').hidden = !room?.online;
    if (!room?.online) return;
    const people = [...room.online].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const here = people.filter(([, online]) => online).length;
    at('people-count').textContent = `${here} here`;
    at('people-count').title = `${room.members} members`;
    at('people-list').replaceChildren(...people.map(([name, online]) => make('li', { class: online ? 'online' : '' }, online ? '● ' : '○ ', make('bdi', {}, name))));
  }

  function label(room) {
    if (!room) return '';
    if (room.kind !== 'direct') return room.name;
    const [a, b] = room.name.slice(1).split('+');
    return `@${a === me?.toLowerCase() ? b : a}`;
  }
}
