// The chat view's connection: one socket at a time, `hello` on it, replies matched by id, and coming back with
// jittered back-off when it ends. It knows nothing of rooms.
//
// Always holds: a request gets one answer or `offline`; no frame of an abandoned socket is delivered.

const BACKOFF_MS = { first: 500, max: 30000 };
const QUIET_MS = 45000; // after so long without a frame, ask whether the server is still there
const ANSWER_MS = 10000; // and give it so long

const ENDS = {
  1001: 'the server is restarting',
  1009: 'a frame was too large',
  1011: 'the server had a fault',
  1013: 'the server is overloaded',
};

export class Link {
  /** `on` has `hello(greeting)` (the fields to say, or null to wait for `enter`), `welcome`, `refused`, `frame`, `state`. */
  constructor(url, on) {
    this.url = url;
    this.on = on;
    this.state = 'idle'; // idle, connecting, asking, online, waiting, stopped
    this.pending = new Map();
    this.nextId = 1;
    this.attempt = 0;
    window.addEventListener('online', () => this.wake());
    document.addEventListener('visibilitychange', () => document.hidden || this.wake());
    setInterval(() => this.check(QUIET_MS), 15000);
  }

  /** Connects, or says `hello` again on the open connection. */
  enter() {
    if (this.state === 'asking' && this.socket?.readyState === WebSocket.OPEN) this.hello();
    else this.connect();
  }

  connect() {
    this.abandon();
    this.set('connecting');
    const socket = new WebSocket(this.url, 'chat.v1');
    this.socket = socket;
    socket.onmessage = ({ data }) => this.socket === socket && this.take(data);
    socket.onclose = ({ code, reason }) => this.socket === socket && this.lost(code, reason);
  }

  /** Ends the connection and stays away. */
  stop() {
    this.abandon();
    this.set('idle');
  }

  /** Resolves with the reply; rejects with the `error` frame, or with `offline` when the connection ends first. */
  request(type, fields = {}) {
    if (this.socket?.readyState !== WebSocket.OPEN || (this.state !== 'online' && type !== 'hello')) {
      return Promise.reject({ code: 'offline', message: 'not connected' });
    }
    const id = this.nextId++;
    this.socket.send(JSON.stringify({ type, id, ...fields }));
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  /** Something happened that may have cut or restored the network. */
  wake() {
    if (this.state === 'waiting') this.connect();
    else this.check(0);
  }

  take(data) {
    this.heardAt = performance.now();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    const waiting = this.pending.get(frame.id);
    if (waiting) {
      this.pending.delete(frame.id);
      if (frame.type === 'error') waiting.reject({ ...frame, message: withoutFrames(frame.message) });
      else waiting.resolve(frame);
    } else if (frame.type === 'server') {
      this.greeting = frame;
      this.hello();
    } else {
      this.on.frame(frame);
    }
  }

  async hello() {
    const fields = this.on.hello(this.greeting);
    if (!fields) return this.set('asking');
    const socket = this.socket;
    try {
      const welcome = await this.request('hello', fields);
      this.attempt = 0;
      this.set('online');
      this.on.welcome(welcome);
    } catch (error) {
      if (this.socket !== socket || error.code === 'offline') return;
      if (['rate_limited', 'unavailable', 'internal'].includes(error.code)) return this.lost(1013, error.message);
      this.set('asking');
      this.on.refused(error);
    }
  }

  lost(code, reason) {
    const asked = this.state === 'asking';
    this.abandon();
    if (asked) return this.set('asking');
    const why = reason || ENDS[code] || 'the connection was lost';
    if (code === 1008 || code === 1000) return this.set('stopped', why);
    const ceiling = Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** this.attempt++);
    const waitMs = ceiling / 2 + Math.random() * ceiling;
    this.timer = setTimeout(() => this.connect(), waitMs);
    this.set('waiting', why, waitMs);
  }

  check(quietMs) {
    if (this.state !== 'online' || performance.now() - this.heardAt < quietMs) return;
    const socket = this.socket;
    const asked = performance.now();
    this.request('ping').catch(() => {});
    setTimeout(() => this.socket === socket && this.heardAt < asked && this.lost(0, 'the server does not answer'), ANSWER_MS);
  }

  abandon() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of pending) reject({ code: 'offline', message: 'the connection was lost' });
  }

  set(state, why = '', waitMs = 0) {
    this.state = state;
    this.on.state(state, why, waitMs);
  }
}

// A frame after a colon only shows, to those who type frames by hand, what was said already.
function withoutFrames(message) {
  return message?.replace(/: \{"type":[^}]*\}/g, '');
}
