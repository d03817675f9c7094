// Small signs of others that come and go: who is writing, and what is read out to those who listen instead of looking.

const TYPING_MS = 5000; // how long somebody is said to be writing
const FLOOD_MS = 300; // what comes faster than this is not read out one by one

let announced = -Infinity;

/** Somebody writes in a room; `changed()` is called when it is no longer so. */
export function startedTyping(room, user, changed) {
  stoppedTyping(room, user);
  room.typing.set(user, setTimeout(() => { stoppedTyping(room, user); changed(); }, TYPING_MS));
}

export function stoppedTyping(room, user) {
  clearTimeout(room.typing.get(user));
  room.typing.delete(user);
}

/** Who is writing, in words. */
export function writing(names) {
  if (names.length === 0) return '';
  if (names.length > 3) return 'several people are writing …';
  return `${names.map((name) => `\u2068${name}\u2069`).join(', ')} ${names.length > 1 ? 'are' : 'is'} writing …`;
}

/** Has it read out. */
export function announce(words) {
  const now = performance.now();
  document.getElementById('announce').textContent = now - announced < FLOOD_MS ? 'several new messages' : words.slice(0, 200);
  announced = now;
}
