'use strict';
// A list: a search, filters, columns to sort by, pages. Rows are numbers; what a row shows, its columns know.
// What was chosen stands in the address, so that going back and sending it to somebody work.

(() => {
  const { make, fill, number, plural, say, named, isHidden } = explorer;
  const SIZES = [50, 100, 250, 1000];
  // More options than anybody looks through; the search finds these too.
  const OPTIONS = 500;

  // Makes a list of `count` rows.
  //
  // `noun`: what a row is. `text(row)`: what the search looks at, in lower case. `columns`: of each `key`,
  // `title`, `cell(row)`, and as it needs `order(row)` (to sort by), `kind` (`number`, `wide`), `down` (most
  // first). `filters`: of each `key`, `label`, `options` ([value, label, count]), `test(row, value)`, and `many`
  // where several can be chosen, with those chosen at first in `first`; with fewer options than `least` (2) it is
  // left out. `flags(row)`: the flags that may hide
  // it. `detail(row)`: what opens below it. `sort`: the key of the first order.
  const list = (of) => {
    const { count, noun, settings } = of;
    const filters = of.filters.filter((filter) => filter.options.length >= (filter.least ?? 2) && filter.options.length <= OPTIONS);
    const all = Array.from({ length: count }, (_, at) => at);
    const texts = [];
    const textOf = (row) => texts[row] ??= of.text(row);
    const result = make('p', { class: 'result' });
    const table = make('table');
    const pages = make('nav', { class: 'pages', 'aria-label': `Pages of ${noun}s` });
    const top = make('div', { class: 'lineup' }, result, pages);
    let rows = [];
    let left = new Map();

    const chosen = (filter) => {
      const value = settings.get(filter.key);
      if (!filter.many) return value ?? '';
      return new Set(value === null ? filter.first : value.split('.').filter((it) => it !== ''));
    };
    const change = (changes) => {
      settings.set({ page: null, ...changes });
      choose();
    };

    // Finds the rows that are shown, in their order.
    const choose = () => {
      const words = (settings.get('q') ?? '').toLowerCase().split(/\s+/).filter((word) => word !== '');
      const tests = filters.map((filter) => [filter, chosen(filter)]).filter(([, value]) => value !== '');
      left = new Map();
      rows = all.filter((row) => {
        const fits = words.every((word) => textOf(row).includes(word))
          && tests.every(([filter, value]) => filter.test(row, value));
        if (!fits || explorer.showsHidden() || !of.flags) return fits;
        const bits = of.flags(row);
        if (!isHidden(bits)) return true;
        named(bits).filter((flag) => flag.hidden).forEach((flag) => left.set(flag.name, (left.get(flag.name) ?? 0) + 1));
        return false;
      });
      sort();
      draw();
    };

    const order = () => {
      const column = of.columns.find((it) => it.key === (settings.get('sort') ?? of.sort)) ?? of.columns[0];
      const turned = settings.get('turned') === '1';
      return { column, down: Boolean(column.down) !== turned };
    };
    const sort = () => {
      const { column, down } = order();
      const keys = new Map(rows.map((row) => [row, column.order(row)]));
      const sign = down ? -1 : 1;
      rows.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        return x < y ? -sign : x > y ? sign : a - b;
      });
    };

    const draw = () => {
      const size = SIZES.find((it) => String(it) === settings.get('size')) ?? SIZES[1];
      const last = Math.max(0, Math.ceil(rows.length / size) - 1);
      const page = Math.min(last, Math.max(0, Math.trunc(Number(settings.get('page'))) || 0));
      const shown = rows.slice(page * size, (page + 1) * size);
      table.replaceChildren(caption(), head(), body(shown));
      drawPages(page, last, size);
      const hidden = [...left].map(([flag, times]) => `${flag} ${number(times)}`).join(', ');
      const words = rows.length === count ? plural(count, noun) : `${number(rows.length)} of ${plural(count, noun)}`;
      result.replaceChildren();
      fill(result, [make('strong', {}, words), hidden !== '' && make('span', {}, ` Left out by a flag: ${hidden}. `), hidden !== '' && shows()]);
      say(words + (hidden === '' ? '' : `, left out by a flag: ${hidden}`));
    };
    const shows = () => make('button', { type: 'button', class: 'plain', on: { click: () => explorer.showHidden(true) } }, 'Show them');

    const caption = () => make('caption', { class: 'unseen' }, `${of.caption}, by ${order().column.title}`);
    const head = () => {
      const sorted = order();
      const heads = of.columns.map((column) => {
        const own = column === sorted.column;
        const turn = () => change(own ? { turned: settings.get('turned') === '1' ? null : '1' } : { sort: column.key, turned: null });
        const sign = own ? (sorted.down ? '▾' : '▴') : '';
        const button = column.order
          ? make('button', { type: 'button', on: { click: () => { turn(); table.querySelector(`[data-key="${column.key}"]`)?.focus(); } }, 'data-key': column.key }, make('span', {}, column.title), make('span', { class: 'sorted', 'aria-hidden': 'true' }, sign))
          : column.title;
        return make('th', { scope: 'col', class: column.kind ?? '', 'aria-sort': own ? (sorted.down ? 'descending' : 'ascending') : null }, button);
      });
      return make('thead', {}, make('tr', {}, of.detail && make('th', { class: 'opens' }, make('span', { class: 'unseen' }, 'Why')), heads));
    };

    const body = (shown) => make('tbody', {}, shown.map((row) => {
      const cells = of.columns.map((column, at) => make(at === 0 ? 'th' : 'td', { class: column.kind ?? '', scope: at === 0 ? 'row' : null }, column.cell(row)));
      const line = make('tr', {}, of.detail && make('td', { class: 'opens' }, opener(row)), cells);
      return line;
    }));
    const opener = (row) => {
      const button = make('button', { type: 'button', class: 'plain', 'aria-expanded': 'false', 'aria-label': 'Why' }, '▸');
      button.addEventListener('click', () => {
        const line = button.closest('tr');
        const open = button.getAttribute('aria-expanded') === 'true';
        if (open) line.nextElementSibling.remove();
        else line.after(make('tr', { class: 'detail' }, make('td', { colspan: of.columns.length + 1 }, of.detail(row))));
        button.setAttribute('aria-expanded', String(!open));
        button.textContent = open ? '▸' : '▾';
      });
      return button;
    };

    const drawPages = (page, last, size) => {
      const step = (to, label, text) => make('button', { type: 'button', disabled: to < 0 || to > last || to === page, 'aria-label': label, on: { click: () => { settings.set({ page: to === 0 ? null : String(to) }); draw(); } } }, text);
      const sizes = make('select', { 'aria-label': 'Rows on a page', on: { change: (event) => { settings.set({ size: event.target.value, page: null }); draw(); } } },
        SIZES.map((it) => make('option', { value: it, selected: it === size }, `${it} rows`)));
      pages.replaceChildren();
      if (rows.length > SIZES[0]) fill(pages, [step(0, 'First page', '«'), step(page - 1, 'Page before', '‹'),
        make('span', {}, `${number(page + 1)} / ${number(last + 1)}`), step(page + 1, 'Next page', '›'), step(last, 'Last page', '»'), sizes]);
    };

    choose();
    explorer.onHidden(choose);
    return make('div', { class: 'list' }, controls({ ...of, filters }, chosen, change), top,
      make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': of.caption }, table));
  };

  // The search and the filters above a list.
  const controls = (of, chosen, change) => {
    const { settings } = of;
    let wait = 0;
    const search = make('input', { type: 'search', value: settings.get('q') ?? '', placeholder: of.searches, autocomplete: 'off', spellcheck: 'false' });
    search.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(() => change({ q: search.value === '' ? null : search.value }), 60);
    });
    const one = (filter) => {
      const options = [['', 'all'], ...filter.options].map(([value, label, times]) =>
        make('option', { value, selected: String(value) === chosen(filter) }, times === undefined ? label : `${label} (${number(times)})`));
      return make('label', {}, filter.label, make('select', { 'data-filter': filter.key, on: { change: (event) => change({ [filter.key]: event.target.value === '' ? null : event.target.value }) } }, options));
    };
    const many = (filter) => make('fieldset', {}, make('legend', { class: 'unseen' }, filter.label), filter.options.map(([value, label, times]) => {
      const box = make('input', { type: 'checkbox', 'data-filter': filter.key, value });
      box.checked = chosen(filter).has(String(value));
      box.addEventListener('change', () => {
        const set = chosen(filter);
        if (box.checked) set.add(String(value));
        else set.delete(String(value));
        change({ [filter.key]: [...set].join('.') });
      });
      return make('label', { class: 'choice' }, box, label, make('span', { class: 'times' }, number(times)));
    }));
    return make('form', { class: 'controls', 'aria-label': `Filters of ${of.noun}s`, on: { submit: (event) => event.preventDefault() } },
      make('label', {}, 'Search', search), of.filters.map((filter) => (filter.many ? many(filter) : one(filter))));
  };

  // A filter of cells by their verdicts: at first those of the report.
  const byVerdict = (counts, test, first = ['2', '0', '3']) => ({
    key: 'verdict', label: 'Verdict', many: true, first,
    options: explorer.order.map((code) => [String(code), explorer.badge(code), counts[code]]),
    test,
  });

  // The values that occur, as options with how often.
  const occurring = (values) => {
    const times = new Map();
    values.forEach((value) => times.set(value, (times.get(value) ?? 0) + 1));
    return [...times].filter(([value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => [value, value, count]);
  };

  Object.assign(explorer, { list, byVerdict, occurring });
})();
