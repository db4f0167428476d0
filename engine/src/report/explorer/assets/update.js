'use strict';
// One update: what its catalog says of it, and its clients by verdict, with the reason of each.

(() => {
  const { make, go, name, number, read, bar, section, terms, link } = explorer;

  const view = async (id, settings) => {
    const [updates, clients] = await Promise.all([explorer.updates(), explorer.clients(), explorer.ready()]);
    const update = explorer.find(updates, id);
    if (update < 0) return explorer.absent('update', id, 'updates');
    const { about, cells } = await explorer.column(update);
    const all = clients.ids.map((_, at) => read(cells, at));
    const there = all.flatMap((cell, at) => (cell === null ? [] : [at]));
    const counts = [0, 1, 2, 3].map((code) => updates.verdicts[code][update]);
    return [
      make('p', { class: 'path' }, make('a', { href: '#updates' }, 'Updates'), ' ›'),
      make('h1', { tabindex: '-1' }, name(updates.names[update])),
      make('p', { class: 'title' }, name(updates.titles[update])),
      make('div', { class: 'columns one' },
        section('Cells', bar(counts), explorer.figures(counts), make('p', { class: 'about' }, `${explorer.plural(updates.listed[update], 'client')} to do: Missing, and no flag hides it. ${number(updates.superseded[update])} superseded, ${number(updates.stale[update])} stale.`)),
        section('What it is', facts(updates, update, about))),
      section('Clients', list({ id, clients, updates, update, all, there, counts, settings })),
    ];
  };

  const facts = (updates, update, about) => {
    const flags = explorer.named(updates.flags[update]).map((flag) => `${flag.name}: ${flag.says}`);
    return terms([
      ['id', updates.ids[update]], ['severity', explorer.severity(updates.severity[update])], ['type', about.kind],
      ['articles', about.articles.map(String)], ['vulnerabilities', about.cves], ['summary', about.summary],
      ['published', updates.posted[update]], ['revised', about.revised], ['authorized', about.authorized], ['restart', about.reboot],
      ['products', about.products, true], ['flags', flags, true],
      ['information', about.information && link(about.information)], ['download', about.payload && link(about.payload)],
      ['catalog', `${updates.feeds[update]} (${about.format} ${about.revision} ${about.language})`],
    ]);
  };

  const list = (of) => {
    const { clients, updates, update, all, there, counts, settings } = of;
    const cell = (row) => all[there[row]];
    const client = (row) => there[row];
    const some = (values) => values.some((value) => value !== '');
    return explorer.list({
      count: there.length, noun: 'client', caption: 'Clients of the update', settings, sort: 'cell', searches: 'id, name, group, reason',
      text: (row) => `${clients.ids[client(row)]}\n${clients.names[client(row)]}\n${clients.groups[client(row)]}\n${cell(row).reason.name}`.toLowerCase(),
      flags: (row) => cell(row).flags | updates.flags[update],
      detail: (row) => explorer.proof(clients.ids[client(row)], updates, update, cell(row)),
      filters: [
        explorer.byVerdict(counts, (row, chosen) => chosen.has(String(cell(row).verdict))),
        { key: 'reason', label: 'Reason', options: explorer.occurring(there.map((at) => all[at].reason.name)), test: (row, value) => cell(row).reason.name === value },
        { key: 'collection', least: 1, label: 'Collection', options: explorer.site.collections.map((it, at) => [String(at), it.id]), test: (row, value) => clients.collections[client(row)].includes(Number(value)) },
        { key: 'group', label: 'Group', options: explorer.occurring(there.map((at) => clients.groups[at])), test: (row, value) => clients.groups[client(row)] === value },
      ],
      columns: [
        { key: 'cell', title: 'Verdict', order: (row) => explorer.order.indexOf(cell(row).verdict), cell: (row) => explorer.badge(cell(row).verdict) },
        { key: 'id', title: 'Client', order: client, cell: (row) => go(clients.ids[client(row)], 'client', clients.ids[client(row)]) },
        some(clients.names) && { key: 'name', title: 'Name', kind: 'wide', order: (row) => clients.names[client(row)], cell: (row) => name(clients.names[client(row)]) },
        some(clients.groups) && { key: 'group', title: 'Group', order: (row) => clients.groups[client(row)], cell: (row) => name(clients.groups[client(row)]) },
        { key: 'why', title: 'Reason', order: (row) => cell(row).reason.name, cell: (row) => make('span', { title: cell(row).reason.says }, cell(row).reason.name) },
        { key: 'marks', title: 'Flags', order: (row) => cell(row).flags | updates.flags[update], cell: (row) => explorer.marks(cell(row).flags | updates.flags[update]) },
        { key: 'collected', title: 'Scanned', order: (row) => clients.collected[client(row)], cell: (row) => name(clients.collected[client(row)]) },
      ].filter(Boolean),
    });
  };

  explorer.views.update = { title: 'Update', under: 'updates', draw: view };
})();
