'use strict';
// The field that finds a client or an update from everywhere.

(() => {
  const { make, name, say, address } = explorer;
  const MOST = 8;

  const begin = () => {
    const field = document.getElementById('find');
    const box = document.getElementById('found');
    let at = -1;
    let asked = 0;

    const close = () => {
      box.hidden = true;
      at = -1;
      field.setAttribute('aria-expanded', 'false');
      field.removeAttribute('aria-activedescendant');
    };
    const choose = (to) => {
      const options = [...box.children];
      if (options.length === 0) return;
      at = (to + options.length) % options.length;
      options.forEach((option, number) => option.setAttribute('aria-selected', String(number === at)));
      options[at].scrollIntoView({ block: 'nearest' });
      field.setAttribute('aria-activedescendant', options[at].id);
    };
    const open = (option) => {
      if (!option) return;
      location.hash = option.dataset.to;
      field.value = '';
      close();
    };

    const look = async () => {
      asked += 1;
      const own = asked;
      const words = field.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
      if (words.length === 0) return close();
      const [clients, updates] = await Promise.all([explorer.clients(), explorer.updates()]);
      if (own !== asked) return undefined;
      const hits = [
        ...first(clients.ids, (row) => `${clients.ids[row]}\n${clients.names[row]}`, words).map((row) => ['client', clients.ids[row], clients.ids[row], clients.names[row]]),
        ...first(updates.ids, (row) => `${updates.ids[row]}\n${updates.names[row]}\n${updates.titles[row]}\n${explorer.articleWords(updates.articles[row])}`, words).map((row) => ['update', updates.ids[row], updates.names[row], updates.titles[row]]),
      ];
      box.replaceChildren(...hits.map(([view, id, text, more], number) =>
        make('li', { role: 'option', id: `found-${number}`, 'aria-selected': 'false', 'data-to': address(view, id) }, make('span', { class: 'what' }, view), name(text), more !== '' && more !== text && make('span', { class: 'second' }, name(more)))));
      if (hits.length === 0) box.append(make('li', { class: 'nothing', role: 'option', 'aria-disabled': 'true' }, 'nothing found'));
      box.hidden = false;
      at = -1;
      field.setAttribute('aria-expanded', 'true');
      say(hits.length === 0 ? 'nothing found' : `${hits.length} found`);
      return undefined;
    };

    field.addEventListener('input', () => { look().catch(explorer.fail); });
    field.addEventListener('focus', () => { Promise.all([explorer.clients(), explorer.updates()]).catch(explorer.fail); });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') choose(at + 1);
      else if (event.key === 'ArrowUp') choose(at < 0 ? -1 : at - 1);
      else if (event.key === 'Enter') open(box.querySelector(`[data-to]:nth-child(${Math.max(at, 0) + 1})`));
      else if (event.key === 'Escape') close();
      else return;
      event.preventDefault();
    });
    // Before the field loses the focus, so that the list is still there.
    box.addEventListener('mousedown', (event) => {
      event.preventDefault();
      open(event.target.closest('[data-to]'));
    });
    field.addEventListener('blur', close);
    document.addEventListener('keydown', (event) => {
      const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.focus();
    });
  };

  // The first rows of a table in which all words stand.
  const first = (ids, text, words) => {
    const hits = [];
    for (let row = 0; row < ids.length && hits.length < MOST; row += 1) {
      const own = text(row).toLowerCase();
      if (words.every((word) => own.includes(word))) hits.push(row);
    }
    return hits;
  };

  Object.assign(explorer, { beginSearch: begin });
})();
