'use strict';
// Coverage: what was collected of the clients, and why cells are Unknown; the rows of `report coverage`.

(() => {
  const { make, number, percent, meter, section, name, standings, address } = explorer;

  const rowOf = (label, part, whole, key = 'plain') => make('tr', {},
    make('th', { scope: 'row' }, name(label)), make('td', { class: 'number' }, percent(part, whole)),
    make('td', { class: 'number' }, number(part)), make('td', { class: 'number' }, number(whole)), make('td', { class: 'wide' }, meter(part, whole, key)));

  const shares = (caption, rows, unit, key) => make('div', { class: 'scroll' }, make('table', { class: 'groups' },
    make('caption', {}, caption),
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'What'), make('th', { scope: 'col', class: 'number' }, 'Share'), make('th', { scope: 'col', class: 'number' }, unit), make('th', { scope: 'col', class: 'number' }, 'of'), make('th', { scope: 'col', class: 'wide' }, make('span', { class: 'unseen' }, 'Share')))),
    make('tbody', {}, rows.map(([label, part, whole]) => rowOf(label, part, whole, key)))));

  const SECTIONS = [
    ['clients', 'Clients of the matrix', 'Clients', 'plain'],
    ['cells', 'Unknown cells', 'Cells', 'unknown'],
    ['unknown', 'Why cells are Unknown', 'Cells', 'unknown'],
    ['complete', 'Clients of which a kind of facts is complete', 'Clients', 'plain'],
  ];
  const ofMatrix = (rows) => {
    const parts = SECTIONS.map(([key, caption, unit, color]) => {
      const own = rows.filter(([part]) => part === key).map(([, ...rest]) => rest);
      return own.length > 0 && shares(caption, own, unit, color);
    });
    return make('div', { class: 'columns' }, make('div', {}, parts.slice(0, 3)), make('div', {}, parts.slice(3)));
  };

  // The collections, with how their clients stand.
  const collectionTable = () => make('div', { class: 'scroll' }, make('table', { class: 'groups' },
    make('caption', { class: 'unseen' }, 'Collections and how their clients stand'),
    make('thead', {}, make('tr', {}, ['Collection', 'Feed', 'Role'].map((title) => make('th', { scope: 'col' }, title)),
      ['Named', ...[1, 2, 3, 0].map((at) => standings[at].name)].map((title) => make('th', { scope: 'col', class: 'number' }, title)))),
    make('tbody', {}, explorer.site.collections.map((it, at) => make('tr', {},
      make('th', { scope: 'row' }, make('a', { href: address('clients', null, { collection: String(at) }) }, name(it.id))),
      make('td', {}, name(it.feed)), make('td', {}, name(it.role)),
      make('td', { class: 'number' }, it.named.length > 0 ? number(it.named[0]) : 'all'),
      [1, 2, 3, 0].map((standing) => make('td', { class: 'number' }, number(it.standing[standing]))))))));

  // What only the site counts, by section.
  const siteShares = () => {
    const groups = new Map();
    explorer.site.shares.forEach((it) => groups.set(it.section, [...(groups.get(it.section) ?? []), it]));
    return [...groups].map(([title, own]) => shares(title, own.map((it) => [it.name, it.part, it.whole]), 'Count', 'plain'));
  };

  // What the overview shows of it: clients, Unknown cells, and the causes of most of them.
  const CAUSES = 5;
  const coverageSummary = () => {
    const { site } = explorer;
    const words = { clients: 'clients ', cells: 'cells ', unknown: 'Unknown cells, ' };
    const all = site.coverage.flatMap((own, at) => own.map(([part, label, ...rest]) => ({ part, row: [`${site.coverage.length > 1 ? `${site.matrices[at].feed}: ` : ''}${words[part] ?? ''}${label}`, ...rest] })));
    const of = (...parts) => all.filter(({ part }) => parts.includes(part)).map(({ row }) => row);
    const causes = of('unknown').sort(([, a], [, b]) => b - a);
    const more = causes.length > CAUSES ? ` (${number(causes.length - CAUSES)} more causes of Unknown cells)` : '';
    return [site.shares.length > 0 && make('div', { class: 'columns' }, siteShares()), shares('', [...of('clients', 'cells'), ...causes.slice(0, CAUSES)], 'Count', 'plain'), make('p', {}, make('a', { href: address('coverage') }, 'All of the coverage'), more)];
  };

  const view = () => {
    const { site } = explorer;
    return [
      make('h1', { tabindex: '-1' }, 'Coverage'),
      make('p', { class: 'about' }, 'Unknown is never counted as anything else. Clients without an inventory are in no matrix.'),
      site.collections.length > 0 && section('Collections', collectionTable()),
      site.shares.length > 0 && section('Inventories', make('div', { class: 'columns' }, siteShares())),
      site.coverage.map((rows, at) => section(`Matrix ${site.matrices[at].feed}`, ofMatrix(rows))),
    ];
  };

  explorer.views.coverage = { title: 'Coverage', draw: view };
  Object.assign(explorer, { coverageSummary, collectionTable });
})();
