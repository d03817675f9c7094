// A console for the protocol: its own connection, every frame both ways as it is, with the time. It knows the
// frames only as text; what it sends is exactly what was typed.
//
// Always holds: what was typed stays in the input until it was handed to an open connection.

import { local } from './keep.js';
import { make } from './timeline.js';

const LINES_KEPT = 1000;
const SHOWN_CHARS = 20000; // of one frame
const HISTORY_KEPT = 100;
const FRAME_LINES = 100; // of one object written over several lines
const PACE_MS = { most: 250, quiet: 30 }; // a pasted frame waits for the answers to the one before it
const SECRET = /"(?:password|token|old|new)"\s*:/; // such a frame is not kept in this browser

const visitor = `visitor-${100 + (crypto.getRandomValues(new Uint16Array(1))[0] % 900)}`;
const EXAMPLES = [
  { type: 'hello', name: visitor }, { type: 'join', room: 'lobby' }, { type: 'send', room: 'lobby', text: 'hi from the console' },
  { type: 'history', room: 'lobby', limit: 5 }, { type: 'rooms' }, { type: 'members', room: 'lobby' },
  { type: 'ping' }, { type: 'help' },
];

export function startConsole(address) {
  const at = (id) => document.getElementById(`console-${id}`);
  const [log, input, hint, url, pretty] = ['log', 'input', 'hint', 'url', 'pretty'].map(at);
  const past = local.load('console-history', []);
  let place = past.length; // where Up and Down are in it
  let socket = null;
  let draining = false;
  let heard = () => {};
  let confirmed = ''; // the text that was marked and may be sent all the same

  url.value = address;
  input.value = local.load('console-draft', '');
  pretty.checked = local.load('console-pretty', false);
  EXAMPLES.forEach(addExample);

  at('address').addEventListener('submit', (event) => {
    event.preventDefault();
    if (socket) socket.close(1000);
    else connect();
  });
  at('form').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  at('clear').addEventListener('click', () => log.replaceChildren());
  pretty.addEventListener('change', () => {
    local.save('console-pretty', pretty.checked);
    for (const line of log.children) line.querySelector('.frame').textContent = shape(line.raw, pretty.checked);
    log.scrollTop = log.scrollHeight;
  });
  input.addEventListener('input', () => {
    place = past.length;
    typed();
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' && !input.value.slice(0, input.selectionStart).includes('\n')) {
      recall(event, place - 1);
    } else if (event.key === 'ArrowDown' && !input.value.slice(input.selectionEnd).includes('\n')) {
      recall(event, place + 1);
    }
  });

  return { shown: () => socket || log.children.length || connect() };

  function connect() {
    if (socket) return;
    let mine;
    try {
      mine = new WebSocket(url.value, 'chat.v1');
    } catch (error) {
      note(`no connection: ${error.message}`, 'error');
      return;
    }
    socket = mine;
    state('connecting …', 'Disconnect');
    mine.onopen = () => {
      note(`connected to ${url.value}`);
      state('connected', 'Disconnect');
      if (draining) heard();
    };
    mine.onmessage = ({ data }) => {
      if (typeof data !== 'string') return note(`a binary message of ${data.size} bytes`, 'error');
      const frame = parsed(data).value;
      add('in', data, frame?.type === 'error' ? 'error' : '', frame?.type);
      if (frame?.type === 'help') for (const request of frame.requests ?? []) addExample(request.example, request.about);
      heard();
    };
    mine.onclose = ({ code, reason }) => {
      note(`closed, code ${code}${reason ? `: ${reason}` : ''}`, code === 1000 ? '' : 'error').dataset.code = code;
      socket = null;
      state(`closed (${code})`, 'Reconnect');
      heard();
    };
  }

  function state(words, action) {
    at('state').textContent = words;
    at('connect').textContent = action;
  }

  // Frames that are no JSON are marked first and sent when asked again.
  function submit() {
    if (draining) return;
    const frames = split(input.value);
    const bad = frames.find((frame) => parsed(frame).error);
    if (bad && confirmed !== input.value) {
      confirmed = input.value;
      hint.textContent = `not JSON: ${parsed(bad).error}. Send again to send it all the same.`;
      at('send').textContent = 'Send anyway';
      input.setAttribute('aria-invalid', 'true');
      return;
    }
    drain();
  }

  // One frame after the other, each leaving the input as it is sent; what could not be sent stays there.
  async function drain() {
    draining = true;
    input.readOnly = true;
    if (!socket) connect();
    while (socket?.readyState === WebSocket.CONNECTING) await answer(1000);
    for (let frames = split(input.value); frames.length; frames = split(input.value)) {
      if (socket?.readyState !== WebSocket.OPEN) break;
      const [frame, ...rest] = frames;
      const answered = answer(PACE_MS.most);
      socket.send(frame);
      add('out', frame, parsed(frame).error ? 'error' : '');
      remember(frame);
      input.value = rest.join('\n');
      typed();
      if (rest.length) await answered;
    }
    draining = false;
    input.readOnly = false;
    if (input.value) hint.textContent = 'not connected: what is here was not sent';
  }

  function answer(ms) {
    return new Promise((done) => {
      heard = () => setTimeout(done, PACE_MS.quiet);
      setTimeout(done, ms);
    });
  }

  function typed() {
    local.save('console-draft', SECRET.test(input.value) ? null : input.value);
    hint.textContent = '';
    confirmed = '';
    at('send').textContent = 'Send';
    input.removeAttribute('aria-invalid');
    input.rows = Math.max(2, Math.min(10, input.value.split('\n').length));
  }

  function remember(frame) {
    if (past.at(-1) !== frame) past.push(frame);
    if (past.length > HISTORY_KEPT) past.shift();
    place = past.length;
    local.save('console-history', past.filter((line) => !SECRET.test(line)));
  }

  function recall(event, to) {
    if (to < 0 || to > past.length) return;
    event.preventDefault();
    place = to;
    input.value = past[to] ?? '';
    typed();
  }

  function addExample(example, about) {
    const text = JSON.stringify(example);
    const box = at('examples');
    if (!text || [...box.children].some((button) => button.textContent === example.type)) return;
    const button = make('button', { type: 'button', title: about ? `${about}\n${text}` : text, 'data-frame': text }, example.type);
    button.addEventListener('click', () => {
      input.value = input.value.trim() ? `${input.value.trimEnd()}\n${text}` : text;
      typed();
      input.focus();
    });
    box.append(button);
  }

  function note(words, kind = '') {
    return add('note', words, kind);
  }

  function add(direction, raw, kind, type) {
    const following = log.scrollHeight - log.clientHeight - log.scrollTop < 30;
    const now = new Date();
    const mark = { in: '←', out: '→', note: '·' }[direction];
    const line = make('li', { 'data-dir': direction, 'data-error': kind === 'error', 'data-type': type },
      make('time', { datetime: now.toISOString() }, `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`),
      make('span', { class: 'way', 'aria-label': { in: 'received', out: 'sent', note: 'note' }[direction] }, kind === 'error' ? `${mark}!` : mark),
      make('code', { class: 'frame', dir: 'auto' }, shape(raw, pretty.checked)));
    line.raw = raw;
    log.append(line);
    while (log.children.length > LINES_KEPT) log.firstChild.remove();
    if (following) log.scrollTop = log.scrollHeight;
    return line;
  }
}

/** A frame a line; an object that was written over several lines is one frame. */
export function split(text) {
  const lines = text.split('\n');
  const frames = [];
  for (let from = 0; from < lines.length; from += 1) {
    let to = from + 1;
    if (lines[from].trimStart().startsWith('{') && parsed(lines[from]).error) {
      const end = Math.min(lines.length, from + FRAME_LINES);
      while (to < end && parsed(lines.slice(from, to).join('\n')).error) to += 1;
      if (parsed(lines.slice(from, to).join('\n')).error) to = from + 1;
    }
    frames.push(lines.slice(from, to).join('\n'));
    from = to - 1;
  }
  return frames.filter((frame) => frame.trim());
}

function parsed(text) {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error: error.message };
  }
}

function shape(raw, pretty) {
  const { value } = pretty ? parsed(raw) : {};
  const text = value && typeof value === 'object' ? JSON.stringify(value, null, 2) : raw;
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)} … (${text.length} characters in all)` : text;
}
