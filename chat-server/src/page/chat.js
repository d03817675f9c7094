// The chat view: what happens when a frame comes or a person does something. It holds the parts together (connection,
// rooms, outbox, timeline) and decides when something is asked of the server and when something is drawn.

import { Acts } from './acts.js';
import { Composer } from './composer.js';
import { Files } from './files.js';
import { local, tab } from './keep.js';
import { Link } from './link.js';
import { Outbox } from './outbox.js';
import { Rooms } from './rooms.js';
import { LIMITS, nameReason, roomReason } from './rules.js';
import { Side } from './side.js';
import { announce, startedTyping, stoppedTyping, writing } from './signs.js';
import { Timeline, make } from './timeline.js';

const PAGE = 50; // entries of history at a time
const KEPT = { open: 20000, other: 500 }; // entries of a room in memory; older ones are read again
const READ_MS = 400; // read markers are told at most this often
const DRAW_SHARE = 3; // after a slow draw, this many times its duration belongs to others

const STATES = {
  idle: 'not connected', connecting: 'connecting …', asking: 'choose a name', online: 'connected', waiting: 'offline', stopped: 'ended by the server',
};

export function startChat(url) {
  const at = (id) => document.getElementById(id);
  const rooms = new Rooms();
  const missing = new Set(); // requests that this server does not offer
  let open = null; // name of the room that is shown
  let login = null; // the name and password being tried
  let readTimer = null;
  let countdown = null;
  let drawing = false;
  let drawMs = 0;

  const link = new Link(url, { hello, welcome, refused, frame, state });
  const request = (type, fields) => link.request(type, fields);
  const outbox = new Outbox(request, redraw);
  const unsaid = (name) => outbox.of(name).length > 0;
  const files = new Files({ room: () => open, limits, say: (reason) => { at('composer-reason').textContent = reason; }, changed: redraw });
  const composer = new Composer(limits, files, { send, edit, typing: () => optional('typing', { room: open }) });
  const side = new Side({ choose: (name) => { choose(name); toText(); }, accept: (name) => join(name).catch(say('join-reason')) });
  const timeline = new Timeline(at('timeline'), {
    fill, quote,
    file: (info) => files.shown(info),
    react: (entry, emoji) => acts.react(entry, emoji),
    retry: (own) => outbox.retry(own),
    edit: (own) => { outbox.discard(own); composer.cancel(); composer.write(own.text); },
    discard: (own) => outbox.discard(own),
    scrolled: (atEnd) => { at('latest').hidden = atEnd; if (atEnd) tellRead(); },
    leave: () => composer.focus(),
  });
  const acts = new Acts(at('timeline'), {
    request,
    room: () => rooms.get(open),
    me: () => rooms.me,
    entry: (seq) => rooms.get(open)?.log?.entries.get(seq),
    answer: (entry) => composer.answer(entry),
    edit: (entry) => composer.edit(entry),
    failed: say('composer-reason'),
  });
  wire();
  if (local.load('token', null)) link.enter();
  else ask('');
  return { shown: redraw };

  // ---- coming in

  function hello(greeting) {
    at('server-name').textContent = greeting.name ?? 'chat';
    at('account').open ||= greeting.guests === false;
    const progress = rooms.resume(greeting.epoch);
    const token = login?.password ? null : local.load('token', null);
    if (!token && !login) return null;
    return { ...(token ? { token } : {}), ...login, client: 'web page', ...progress };
  }

  function welcome(frame) {
    rooms.welcome(frame, unsaid);
    login = null;
    local.save('token', frame.token);
    local.save('name', frame.user);
    outbox.ownedBy(frame.token);
    at('me').textContent = frame.guest ? `${rooms.me} (guest)` : rooms.me;
    const first = at('talk').hidden;
    show('talk');
    if (open) choose(open);
    else choose([tab.load('room', null), local.load('room', null), 'lobby'].find((name) => rooms.get(name)));
    if (first) toText();
    outbox.pump();
  }

  function refused(error) {
    const forgotten = error.code === 'bad_credentials' && !login?.password;
    if (forgotten) local.save('token', null);
    if (forgotten && login) return link.enter();
    login = null;
    ask(error.message ?? error.code);
  }

  function ask(reason) {
    at('name').value ||= local.load('name', '');
    at('login-reason').textContent = reason;
    show('login');
    at('name').focus();
    at('name').select();
  }

  function show(part) {
    at('login').hidden = part !== 'login';
    at('talk').hidden = at('drawer').hidden = part !== 'talk';
  }

  function state(name, why, waitMs) {
    clearInterval(countdown);
    document.body.dataset.link = name;
    at('status').textContent = why ? `${STATES[name]}: ${why}` : STATES[name];
    if (name === 'waiting' || name === 'stopped') at('login-reason').textContent = why;
    at('retry').hidden = name !== 'waiting' && name !== 'stopped';
    at('retry').textContent = 'connect again';
    if (name !== 'waiting') return;
    const until = performance.now() + waitMs;
    const tick = () => { at('retry').textContent = `try now (${Math.max(0, Math.ceil((until - performance.now()) / 1000))} s)`; };
    tick();
    countdown = setInterval(tick, 1000);
  }

  // ---- the open room

  function choose(name) {
    const room = rooms.get(name) ?? rooms.sorted()[0];
    if (room?.name !== open) {
      timeline.clear();
      at('people').open = false;
      rooms.get(open)?.log?.trim(KEPT.other);
      open = room?.name ?? null;
      composer.open(open);
    }
    drawer(false);
    redraw();
    if (!room) return;
    tab.save('room', open);
    local.save('room', open);
    room.newFrom = room.unread > 0 ? room.read + 1 : 0;
    catchUp(room);
    members(room);
  }

  // The newest messages, and what changed in those held, where the log was not followed all the way.
  function catchUp(room) {
    const tail = room.log.tail();
    if (tail) fill(tail, room);
    if (room.log.stale !== null) refresh(room);
  }

  async function refresh(room) {
    const { log } = room;
    try {
      while (log.stale !== null) log.refresh(await request('history', { room: room.name, changed_after: log.stale, limit: PAGE }));
      redraw();
    } catch {
      // asked again when the room is opened next
    }
  }

  async function fill(gap, room = rooms.get(open)) {
    if (gap.loading) return;
    const { log } = room;
    Object.assign(gap, { loading: true, failed: null });
    redraw();
    try {
      log.fill(gap, await request('history', { room: room.name, before: gap.to + 1, limit: PAGE }));
    } catch (error) {
      gap.failed = error.message ?? error.code; // until it is asked for again, or the next welcome
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

  // Presence in a small way: who of the open room is there, where the server tells.
  async function members(room) {
    const reply = await optional('members', { room: room.name, limit: 100 });
    if (!reply) return;
    room.members = reply.total;
    room.online = new Map(reply.members.map((member) => [member.name, member.online]));
    redraw();
  }

  // A request that only adds comfort: a server without it is asked once.
  async function optional(type, fields) {
    if (missing.has(type)) return null;
    try {
      return await request(type, fields);
    } catch (error) {
      if (error.code === 'unsupported') missing.add(type);
      return null;
    }
  }

  // ---- frames that answer nothing

  function frame(frame) {
    if (frame.seq !== undefined && frame.author !== undefined) return event(frame);
    const room = rooms.get(frame.room);
    switch (frame.type) {
      case 'gap':
        room?.log.skip(frame.from, frame.to);
        if (room && room.name === open) catchUp(room);
        break;
      case 'joined': rooms.enter(frame); break;
      case 'left': gone(frame.room); break;
      case 'read': if (room) rooms.markRead(room, frame); break;
      case 'invited': rooms.invites.push({ room: frame.room, by: frame.by }); break;
      case 'typing': if (room && frame.user !== rooms.me) startedTyping(room, frame.user, redraw); break;
      case 'presence': rooms.presence(frame); break;
      case 'error': say('composer-reason')(frame); break;
      default: return;
    }
    redraw();
  }

  function event(event) {
    const room = rooms.event(event);
    outbox.seen(event.room, rooms.get(event.room)?.log?.cursor, event.author === rooms.me ? event.nonce : null);
    if (!room) return;
    stoppedTyping(room, event.author);
    if (rooms.removes(event)) gone(room.name);
    if (room.name === open) {
      const news = event.type === 'message' && event.author !== rooms.me;
      if (news && !room.newFrom && (document.hidden || !timeline.atEnd)) room.newFrom = event.seq;
      if (news) announce(`${event.author}: ${event.text}`);
      room.log.trim(timeline.atEnd ? KEPT.open : 2 * KEPT.open);
    } else {
      room.log.trim(KEPT.other);
    }
    redraw();
  }

  function gone(name) {
    rooms.leave(name, unsaid(name));
    if (!rooms.get(open)) choose(null);
    redraw();
  }

  function tellRead() {
    const room = rooms.get(open);
    if (!room?.log || readTimer || document.hidden || at('talk').hidden || at('chat').hidden || !timeline.atEnd) return;
    if (room.log.cursor <= room.read || room.log.tail() || link.state !== 'online') return;
    readTimer = setTimeout(async () => {
      readTimer = null;
      const seq = room.log.cursor;
      room.read = seq;
      await optional('read', { room: room.name, seq });
      if (room.log?.cursor === seq) rooms.markRead(room, { seq, unread: 0, mentions: 0 });
      redraw();
    }, READ_MS);
  }

  // ---- what a person does

  function wire() {
    on('login', 'submit', enter);
    on('join', 'submit', joinTyped);
    on('join-name', 'focus', suggest);
    on('latest', 'click', () => timeline.toEnd());
    on('retry', 'click', () => link.enter());
    on('drawer', 'click', () => drawer(!at('talk').classList.contains('drawn')));
    on('room', 'click', () => drawer(false));
    on('side', 'keydown', (event) => event.key === 'Escape' && drawer(false));
    on('people', 'toggle', redraw);
    on('leave', 'click', leave);
    on('sign-out', 'click', signOut);
    document.addEventListener('visibilitychange', tellRead);
  }

  function on(id, type, action) {
    at(id).addEventListener(type, (event) => {
      if (type === 'submit') event.preventDefault();
      action(event);
    });
  }

  /** Shows what an error says at the place where its cause is. */
  function say(id) {
    return (error) => { at(id).textContent = error.message ?? error.code; };
  }

  function limits() {
    return { ...LIMITS, ...link.greeting?.limits };
  }

  function enter() {
    const name = at('name').value.trim();
    const password = at('password').value;
    const reason = nameReason(name, limits());
    at('login-reason').textContent = reason ?? '';
    if (reason) return at('name').focus();
    login = { name, ...(at('account').open && password ? { password } : {}) };
    link.enter();
  }

  function signOut() {
    if (!window.confirm('This browser forgets who you are here. A guest’s name can’t be taken back at once.')) return;
    request('logout').catch(() => {}).finally(() => {
      local.save('token', null);
      link.stop();
      rooms.byName.clear();
      choose(null);
      ask('');
    });
  }

  async function joinTyped() {
    const name = at('join-name').value.trim().replace(/^#/, '').toLowerCase();
    const reason = roomReason(name, limits());
    at('join-reason').textContent = reason ?? '';
    if (reason) return;
    try {
      await join(name);
      at('join-name').value = '';
      toText();
    } catch (error) {
      say('join-reason')(error);
    }
  }

  async function join(name) {
    const direct = name.startsWith('@') && !name.includes('+');
    const reply = await request(direct ? 'direct' : 'join', direct ? { user: name.slice(1) } : { room: name });
    choose(rooms.joined(reply).name);
  }

  // A private room can't be entered again without being invited.
  function leave() {
    if (rooms.get(open).kind === 'private' && !window.confirm(`Leave ${open}? Only an invitation brings you back.`)) return;
    request('leave', { room: open }).then((left) => gone(left.room), say('composer-reason'));
  }

  async function suggest() {
    const reply = await optional('rooms', { limit: 100 });
    const options = (reply?.rooms ?? []).filter(({ room }) => !rooms.get(room));
    at('public-rooms').replaceChildren(...options.map(({ room, topic }) => make('option', { value: room }, topic ?? '')));
  }

  function send(text, replyTo, attached) {
    rooms.get(open).newFrom = 0;
    timeline.atEnd = true;
    outbox.add(open, text, replyTo, attached);
  }

  function edit({ room, seq }, text) {
    return request('edit', { room, target: seq, text });
  }

  // A touch keyboard is not raised unasked.
  function toText() {
    if (window.matchMedia('(pointer: fine)').matches) composer.focus();
  }

  function drawer(drawn) {
    if (at('talk').classList.contains('drawn') === drawn) return;
    at('talk').classList.toggle('drawn', drawn);
    at('drawer').setAttribute('aria-expanded', drawn);
    if (drawn) at('rooms').querySelector('button')?.focus();
    else at('drawer').focus();
  }

  // ---- drawing

  // All changes of a frame's time are drawn together; a hidden page has no frames and draws by the clock.
  function redraw() {
    if (drawing) return;
    drawing = true;
    const draw = () => {
      const start = performance.now();
      drawing = false;
      drawNow();
      drawMs = performance.now() - start;
    };
    if (document.hidden || drawMs > 8) setTimeout(draw, document.hidden ? 250 : drawMs * DRAW_SHARE);
    else requestAnimationFrame(draw);
  }

  function drawNow() {
    if (!rooms.me) return;
    const room = rooms.get(open);
    side.draw(rooms, open);
    side.drawPeople(room);
    at('leave').hidden = !room;
    at('room-name').textContent = room ? rooms.label(room) : 'no room yet';
    at('topic').textContent = room?.topic ?? '';
    at('typing').textContent = writing([...(room?.typing.keys() ?? [])]);
    if (!room?.log || at('chat').hidden) return;
    outbox.seen(open, room.log.cursor);
    timeline.draw({ log: room.log, own: outbox.of(open), me: rooms.me, newFrom: room.newFrom, quotes: room.quotes });
    at('latest').hidden = timeline.atEnd;
    tellRead();
  }
}
