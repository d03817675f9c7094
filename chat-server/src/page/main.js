// The two views behind their tabs. Each has its own connection; the console's is made when it is first looked at.

import { startChat } from './chat.js';
import { startConsole } from './console.js';

const socketUrl = new URL('/ws', location.href);
socketUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

const views = { chat: startChat(socketUrl.href), console: startConsole(socketUrl.href) };
const tabs = Object.keys(views).map((name) => document.getElementById(`tab-${name}`));

for (const tab of tabs) {
  tab.addEventListener('click', () => {
    history.replaceState(null, '', tab.id === 'tab-console' ? '#console' : '#');
    show(tab);
  });
  tab.addEventListener('keydown', (event) => {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
    next.focus();
    next.click();
  });
}
show(tabs[location.hash === '#console' ? 1 : 0]);

function show(chosen) {
  for (const tab of tabs) {
    const selected = tab === chosen;
    const name = tab.id.slice('tab-'.length);
    tab.setAttribute('aria-selected', selected);
    tab.tabIndex = selected ? 0 : -1;
    document.getElementById(name).hidden = !selected;
    if (selected) views[name].shown();
  }
  document.body.dataset.view = chosen.id.slice('tab-'.length);
}
