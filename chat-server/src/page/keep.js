// What outlives a reload. `local` is shared by all tabs of this browser, `tab` belongs to one. A browser that
// refuses storage costs memory of the past, nothing else.

export const local = area(() => window.localStorage);
export const tab = area(() => window.sessionStorage);

function area(open) {
  return {
    load(key, otherwise) {
      try {
        return JSON.parse(open().getItem(`chat.${key}`)) ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    save(key, value) {
      try {
        if (value === null) open().removeItem(`chat.${key}`);
        else open().setItem(`chat.${key}`, JSON.stringify(value));
      } catch {
        // full or forbidden: go on without
      }
    },
  };
}
