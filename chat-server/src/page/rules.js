// What the server would refuse, said before anything is sent. Each check answers the reason in words, or null.
// Nothing is refused here that the server would take; what needs its tables (scripts, confusable names) is left to it.

/** The limits of a server that has not greeted yet. */
export const LIMITS = { frame_bytes: 65536, text_chars: 4000, name_chars: 32, room_chars: 64 };

const NAME = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u;

/** Trailing white space goes, line ends become one character: the text that the server would keep. */
export function trimmed(text) {
  return text.replace(/\r\n?/g, '\n').replace(/\p{White_Space}+$/u, '');
}

export function textReason(text, limits) {
  const chars = [...text].length;
  if (/^[\p{White_Space}\p{Default_Ignorable_Code_Point}]*$/u.test(text)) return 'there is nothing to send yet';
  if (chars > limits.text_chars) return `the text is ${chars} characters long; the limit is ${limits.text_chars}`;
  const control = /(?![\n\t])\p{Cc}/u.exec(text);
  if (control) return `the text has the control character U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}; only line ends and tabs are allowed`;
  if (text.isWellFormed && !text.isWellFormed()) return 'the text has half a character (a lone surrogate)';
  return null;
}

export function nameReason(name, limits) {
  if (!name) return 'choose a name first';
  return shapeReason(name, limits.name_chars, 'a name');
}

/** A room, or `@name` for the room shared with one person. */
export function roomReason(room, limits) {
  if (!room) return 'which room?';
  if (room.startsWith('@')) return null;
  return shapeReason(room, limits.room_chars, 'a room name');
}

/** Whether a text names one as a whole word, `@name`, without case. */
export function mentions(words, me) {
  if (!words || !me) return false;
  const at = `@${me.toLowerCase()}`;
  const lower = words.toLowerCase();
  for (let from = lower.indexOf(at); from >= 0; from = lower.indexOf(at, from + 1)) {
    const around = lower.slice(Math.max(0, from - 2), from).match(/.$/u)?.[0] ?? ' ';
    const after = [...lower.slice(from + at.length, from + at.length + 2)][0] ?? ' ';
    if (!/[\p{L}\p{M}\p{N}_]/u.test(around) && !/[\p{L}\p{M}\p{N}_]/u.test(after)) return true;
  }
  return false;
}

function shapeReason(name, max, what) {
  const chars = [...name.normalize('NFC')].length;
  if (chars > max) return `${what} has at most ${max} characters; this one has ${chars}`;
  if (!NAME.test(name.normalize('NFC'))) return `${what} is made of letters and digits, with - _ . only between them`;
  return null;
}
