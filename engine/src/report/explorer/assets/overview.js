'use strict';
// The overview: totals, groups of updates, coverage, and where to begin.

(() => {
  const { make, go, number, percent, share, section, bar, meter, standings, order, address } = explorer;

  const view = () => {
    const { site } = explorer;
    const cells = site.totals.reduce((sum, count) => sum + count, 0);
    return [
      make('h1', { tabindex: '-1' }, site.name),
      make('p', { class: 'about' }, `${explorer.plural(site.layout.clients, 'client')} × ${explorer.plural(site.layout.updates, 'update')}, ${number(cells)} cells`, site.now && `, ages counted from ${site.now}`),
      make('div', { class: 'columns' },
        section('Cells by verdict', bar(site.totals), totals(site.totals, cells)),
        section('Clients', ...standing(site))),
      make('div', { class: 'columns' },
        section('Updates by severity', group('severity')),
        section('Updates by age', site.groups.age ? group('age') : make('p', {}, 'Updates are grouped by age when the site is written with ', make('code', {}, '--now TIME'), '.'))),
      site.groups.feed.length > 1 && section('Updates by feed', group('feed')),
      make('div', { class: 'columns' },
        section('Updates that most clients need', most(site.top, 'update', site.layout.clients, site.layout.clients)),
        section('Clients that need most', most(site.worst, 'client', site.layout.updates, site.worst[0]?.listed))),
      section('Coverage', explorer.coverageSummary()),
      site.collections.length > 0 && section('Collections', explorer.collectionTable()),
      section('Made of', catalogs(site)),
    ];
  };

  const totals = (counts, whole) => make('table', { class: 'figures' }, make('caption', { class: 'unseen' }, 'Cells by verdict'), make('tbody', {}, order.map((code) =>
    make('tr', {}, make('th', { scope: 'row' }, explorer.badge(code)), make('td', { class: 'number' }, number(counts[code])), make('td', { class: 'number' }, percent(counts[code], whole))))));

  // How clients stand, each a way into the list of clients.
  const standing = (site) => {
    const { clients } = site.layout;
    const piece = (at) => {
      const part = make('span', { class: standings[at].key, title: `${standings[at].name}: ${share(site.standing[at], clients)}` });
      part.style.flexGrow = String(site.standing[at]);
      return part;
    };
    const shown = [1, 2, 3, 0].filter((at) => at > 0 || site.standing[at] > 0);
    const words = shown.map((at) => `${standings[at].name} ${number(site.standing[at])}`).join(', ');
    const rows = shown.map((at) => make('tr', {},
      make('th', { scope: 'row' }, make('a', { href: address('clients', null, { standing: String(at) }) }, make('span', { class: `swatch ${standings[at].key}`, 'aria-hidden': 'true' }), standings[at].name)),
      make('td', { class: 'number' }, number(site.standing[at])), make('td', { class: 'number' }, percent(site.standing[at], clients))));
    const states = site.states.map((state, at) => [state, at]).filter(([state]) => state.clients > 0).map(([state, at]) => make('tr', {},
      make('th', { scope: 'row' }, make('a', { href: address('clients', null, { state: String(at) }) }, make('span', { class: 'swatch', 'aria-hidden': 'true' }), state.name)),
      make('td', { class: 'number' }, number(state.clients)), make('td', { class: 'number' }, percent(state.clients, clients))));
    return [
      make('div', { class: 'bar', role: 'img', 'aria-label': words }, shown.filter((at) => site.standing[at] > 0).map(piece)),
      make('table', { class: 'figures' }, make('caption', { class: 'unseen' }, 'Clients by what they need'), make('tbody', {}, rows, states)),
    ];
  };

  // Groups of updates: of each the cells that are not NotApplicable as a bar, and all four numbers.
  const group = (key) => {
    const groups = explorer.site.groups[key];
    const counted = (it) => it.verdicts.map((count, code) => (code === 1 ? 0 : count));
    const sum = (counts) => counts.reduce((all, count) => all + count, 0);
    const most = Math.max(...groups.map((it) => sum(counted(it))));
    const filter = key === 'feed' ? (it) => it.name : (it) => String(it.rank);
    return make('div', { class: 'scroll' }, make('table', { class: 'groups' },
      make('caption', { class: 'unseen' }, `Cells by ${key} and verdict`),
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, key === 'age' ? 'Published' : key[0].toUpperCase() + key.slice(1)), make('th', { scope: 'col', class: 'wide' }, 'All but not applicable'),
        order.map((code) => make('th', { scope: 'col', class: 'number' }, explorer.badge(code))))),
      make('tbody', {}, groups.map((it) => make('tr', {},
        make('th', { scope: 'row' }, go(it.name || 'no name', 'updates', null, { [key]: filter(it) })),
        make('td', { class: 'wide' }, bar(counted(it), most)),
        order.map((code) => make('td', { class: 'number' }, number(it.verdicts[code]))))))));
  };

  // The ten of which most cells are Missing, without the hidden ones; a bar of `full` is full.
  const most = (lines, view, whole, full) => {
    if (lines.length === 0) return make('p', {}, 'Nothing is Missing.');
    return make('div', { class: 'scroll' }, make('table', { class: 'groups' },
      make('caption', { class: 'unseen' }, `By Missing cells, without hidden ones, of ${number(whole)}`),
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, view === 'update' ? 'Update' : 'Client'), make('th', { scope: 'col', class: 'number' }, 'To do'), make('th', { scope: 'col', class: 'number' }, view === 'update' ? 'of clients' : 'of updates'), make('th', { scope: 'col', class: 'wide' }, make('span', { class: 'unseen' }, 'Bar')))),
      make('tbody', {}, lines.map((line) => make('tr', {},
        make('th', { scope: 'row', class: 'long' }, go(line.name, view, line.id), line.title !== '' && line.title !== line.name && make('span', { class: 'second' }, explorer.name(line.title))),
        make('td', { class: 'number' }, number(line.listed)), make('td', { class: 'number' }, percent(line.listed, whole)),
        make('td', { class: 'wide' }, meter(line.listed, full, 'missing')))))));
  };

  const catalogs = (site) => make('div', { class: 'scroll' }, make('table', { class: 'groups' },
    make('caption', { class: 'unseen' }, 'Matrices and catalogs'),
    make('thead', {}, make('tr', {}, ['Matrix', 'Catalog', 'Format', 'Revision', 'Language', 'Options', 'Index'].map((title) => make('th', { scope: 'col' }, title)),
      ['Clients', 'Unreadable', 'Updates'].map((title) => make('th', { scope: 'col', class: 'number' }, title)))),
    make('tbody', {}, site.matrices.map((matrix) => (matrix.catalogs.length > 0 ? matrix.catalogs : [{ feed: '', format: '', revision: '', language: '' }]).map((catalog, at) => make('tr', {},
      make('th', { scope: 'row' }, explorer.name(matrix.feed)), [catalog.feed, catalog.format, catalog.revision, catalog.language].map((text) => make('td', {}, explorer.name(text))),
      make('td', {}, explorer.name(matrix.options)), make('td', {}, make('code', {}, matrix.index)),
      [matrix.clients, matrix.unreadable, matrix.updates].map((count) => make('td', { class: 'number' }, at === 0 ? number(count) : ''))))))));

  explorer.views.overview = { title: 'Overview', draw: view };
})();
