'use strict';
// The lists of all clients and of all updates.

(() => {
  const { make, go, name, number, bar, standings, occurring } = explorer;
  const order = explorer.order;
  const count = (key, title, numbers) => ({ key, title, kind: 'number', down: true, order: (at) => numbers[at], cell: (at) => number(numbers[at]) });
  const four = (table) => order.map((code) => count(explorer.verdicts[code].key, explorer.verdicts[code].label, table.verdicts[code]));
  // All cells but those that are not applicable, of which there are most.
  const barOf = (table) => {
    const counts = (at) => [0, 1, 2, 3].map((code) => (code === 1 ? 0 : table.verdicts[code][at]));
    const most = table.ids.reduce((all, _, at) => Math.max(all, counts(at).reduce((sum, times) => sum + times)), 0);
    return { key: 'bar', title: 'Applicable or unknown', kind: 'chart', cell: (at) => bar(counts(at), most) };
  };

  const clients = async (_, settings) => {
    const { site } = explorer;
    const table = await explorer.clients();
    const some = (values) => values.some((value) => value !== '');
    const notes = (at) => [table.unreadable[at] === 1 && 'unreadable', table.old[at] > 0 && 'old service pack', ...site.states.map((state, bit) => (table.states[at] >> bit & 1) === 1 && state.name)].filter(Boolean);
    const columns = [
      { key: 'id', title: 'Client', order: (at) => at, cell: (at) => go(table.ids[at], 'client', table.ids[at]) },
      some(table.names) && { key: 'name', title: 'Name', order: (at) => table.names[at], cell: (at) => name(table.names[at]) },
      some(table.groups) && { key: 'group', title: 'Group', order: (at) => table.groups[at], cell: (at) => name(table.groups[at]) },
      count('listed', 'To do', table.listed),
      ...four(table), barOf(table),
      { key: 'collected', title: 'Scanned', order: (at) => table.collected[at], cell: (at) => name(table.collected[at]) },
      { key: 'notes', title: 'Notes', order: (at) => notes(at).join(), cell: (at) => notes(at).map((note) => make('span', { class: 'mark' }, note)) },
    ].filter(Boolean);
    const times = (test) => table.ids.reduce((sum, _id, at) => sum + (test(at) ? 1 : 0), 0);
    const standingOptions = [1, 2, 3, 0].map((at) => [String(at), standings[at].name, site.standing[at]]);
    const noteOptions = [['old', 'old service pack', times((at) => table.old[at] > 0)], ['unreadable', 'unreadable', times((at) => table.unreadable[at] === 1)]].filter(([, , it]) => it > 0);
    const isOf = { old: (at) => table.old[at] > 0, unreadable: (at) => table.unreadable[at] === 1 };
    return [
      make('h1', { tabindex: '-1' }, 'Clients'),
      make('p', { class: 'about' }, 'To do: Missing cells that no flag hides. The four verdicts add up to the updates that a client was evaluated against.'),
      explorer.list({
        count: table.ids.length, noun: 'client', caption: 'Clients', settings, sort: 'listed', searches: 'id, name, group', columns,
        text: (at) => `${table.ids[at]}\n${table.names[at]}\n${table.groups[at]}`.toLowerCase(),
        filters: [
          { key: 'standing', label: 'Standing', options: standingOptions, test: (at, value) => String(table.standing[at]) === value },
          { key: 'collection', least: 1, label: 'Collection', options: site.collections.map((it, at) => [String(at), it.id, undefined]), test: (at, value) => table.collections[at].includes(Number(value)) },
          { key: 'group', label: 'Group', options: occurring(table.groups), test: (at, value) => table.groups[at] === value },
          { key: 'state', least: 1, label: 'State', options: site.states.map((state, bit) => [String(bit), state.name, state.clients]).filter(([, , it]) => it > 0), test: (at, value) => (table.states[at] >> Number(value) & 1) === 1 },
          { key: 'note', least: 1, label: 'Note', options: noteOptions, test: (at, value) => isOf[value]?.(at) ?? true },
        ],
      }),
    ];
  };

  const updates = async (_, settings) => {
    const { site } = explorer;
    const table = await explorer.updates();
    const groups = (key) => (site.groups[key] ?? []).map((it) => [String(it.rank), it.name, undefined]);
    const need = [['listed', 'needed by some client'], ['unknown', 'Unknown on some client'], ['neither', 'neither']];
    const needs = { listed: (at) => table.listed[at] > 0, unknown: (at) => table.verdicts[0][at] > 0, neither: (at) => table.listed[at] === 0 && table.verdicts[0][at] === 0 };
    const columns = [
      { key: 'name', title: 'Update', order: (at) => table.names[at], cell: (at) => go(table.names[at], 'update', table.ids[at]) },
      { key: 'title', title: 'Title', kind: 'wide', order: (at) => table.titles[at], cell: (at) => [name(table.titles[at]), make('span', { class: 'second' }, name(table.ids[at]))] },
      { key: 'severe', title: 'Severity', order: (at) => table.severity[at], cell: (at) => explorer.severity(table.severity[at]) },
      { key: 'posted', title: 'Published', down: true, order: (at) => table.posted[at], cell: (at) => name(table.posted[at]) },
      count('listed', 'To do', table.listed),
      ...four(table), barOf(table),
      { key: 'marks', title: 'Flags', order: (at) => table.flags[at], cell: (at) => explorer.marks(table.flags[at]) },
    ];
    return [
      make('h1', { tabindex: '-1' }, 'Updates'),
      make('p', { class: 'about' }, 'To do: clients of which the update is Missing and no flag hides it. The four verdicts add up to the clients.'),
      explorer.list({
        count: table.ids.length, noun: 'update', caption: 'Updates', settings, sort: 'listed', searches: 'id, title, article, product', columns,
        flags: (at) => table.flags[at],
        text: (at) => `${table.ids[at]}\n${table.names[at]}\n${table.titles[at]}\n${explorer.articleWords(table.articles[at])}\n${table.products[at]}`.toLowerCase(),
        filters: [
          { key: 'severity', label: 'Severity', options: groups('severity'), test: (at, value) => String(table.severity[at]) === value },
          { key: 'age', label: 'Published', options: groups('age'), test: (at, value) => String(table.ages[at]) === value },
          { key: 'feed', label: 'Feed', options: occurring(table.feeds), test: (at, value) => table.feeds[at] === value },
          { key: 'needed', label: 'Needed', options: need, test: (at, value) => needs[value]?.(at) ?? true },
          { key: 'authorized', label: 'Authorized', options: site.authorizations ? [['1', 'yes'], ['0', 'no']] : [], test: (at, value) => String(table.authorized[at]) === value },
        ],
      }),
    ];
  };

  explorer.views.clients = { title: 'Clients', draw: clients };
  explorer.views.updates = { title: 'Updates', draw: updates };
})();
