'use strict';
// One client: what is known of it, and its updates by verdict, with the reason and the proof of each.

(() => {
  const { make, go, name, number, read, bar, section, terms } = explorer;

  const view = async (id, settings) => {
    const [clients, updates] = await Promise.all([explorer.clients(), explorer.updates(), explorer.ready()]);
    const client = explorer.find(clients, id);
    if (client < 0) return explorer.absent('client', id, 'clients');
    const [{ about, cells }, proofs] = await Promise.all([explorer.row(client), explorer.evidence(client)]);
    const all = updates.ids.map((_, at) => read(cells, at));
    const there = all.flatMap((cell, at) => (cell === null ? [] : [at]));
    const counts = [0, 1, 2, 3].map((code) => clients.verdicts[code][client]);
    const of = { id, updates, all, there, proofs, counts, settings };
    return [
      make('p', { class: 'path' }, make('a', { href: '#clients' }, 'Clients'), ' ›'),
      make('h1', { tabindex: '-1' }, name(id)),
      make('div', { class: 'columns one' },
        section('Cells', bar(counts), explorer.figures(counts), make('p', { class: 'about' }, `${number(clients.listed[client])} to do: Missing, and no flag hides them.`)),
        section('Inventory', states(clients, client), about.parts.length === 0 ? make('p', {}, 'No inventory of this client was evaluated, so it has no cell.') : about.parts.map((part) => inventory(part)))),
      there.length > 0 && section('Updates', list(of)),
    ];
  };

  const states = (clients, client) => {
    const names = explorer.site.states.filter((_, bit) => (clients.states[client] >> bit & 1) === 1);
    const collections = clients.collections[client].map((at) => explorer.site.collections[at].id);
    return terms([['state', names.map((state) => state.name)], ['collections', collections]]);
  };

  // The notes of `report client`, and the catalogs of the matrix.
  const inventory = (part) => {
    const matrix = explorer.site.matrices[part.matrix];
    const catalogs = matrix.catalogs.map((it) => `${it.feed} (${it.format} ${it.revision} ${it.language})`);
    const notes = part.notes.filter((note) => note.name !== 'client').map((note) => [note.name, typeof note.says === 'number' ? number(note.says) : note.says, note.name === 'old service packs']);
    return terms([...notes, ['catalogs', catalogs, true], ['matrix', explorer.site.matrices.length > 1 ? matrix.feed : '']]);
  };

  const list = (of) => {
    const { updates, all, there, counts, settings, proofs } = of;
    const cell = (row) => all[there[row]];
    const update = (row) => there[row];
    return explorer.list({
      count: there.length, noun: 'update', caption: 'Updates of the client', settings, sort: 'cell', searches: 'id, title, reason, article',
      text: (row) => `${updates.ids[update(row)]}\n${updates.names[update(row)]}\n${updates.titles[update(row)]}\n${explorer.articleWords(updates.articles[update(row)])}\n${cell(row).reason.name}`.toLowerCase(),
      flags: (row) => cell(row).flags | updates.flags[update(row)],
      detail: (row) => explorer.proof(of.id, updates, update(row), cell(row), proofs.get(update(row))),
      filters: [
        explorer.byVerdict(counts, (row, chosen) => chosen.has(String(cell(row).verdict))),
        { key: 'reason', label: 'Reason', options: explorer.occurring(there.map((at) => all[at].reason.name)), test: (row, value) => cell(row).reason.name === value },
        { key: 'severity', label: 'Severity', options: explorer.site.groups.severity.map((it) => [String(it.rank), it.name]), test: (row, value) => String(updates.severity[update(row)]) === value },
        { key: 'feed', label: 'Feed', options: explorer.occurring(there.map((at) => updates.feeds[at])), test: (row, value) => updates.feeds[update(row)] === value },
      ],
      columns: [
        { key: 'cell', title: 'Verdict', order: (row) => explorer.order.indexOf(cell(row).verdict), cell: (row) => explorer.badge(cell(row).verdict) },
        { key: 'name', title: 'Update', order: (row) => updates.names[update(row)], cell: (row) => go(updates.names[update(row)], 'update', updates.ids[update(row)]) },
        { key: 'articles', title: 'Articles', order: (row) => updates.articles[update(row)], cell: (row) => name(updates.articles[update(row)]) },
        { key: 'severe', title: 'Severity', order: (row) => updates.severity[update(row)], cell: (row) => explorer.severity(updates.severity[update(row)]) },
        { key: 'title', title: 'Title', kind: 'wide', order: (row) => updates.titles[update(row)], cell: (row) => name(updates.titles[update(row)]) },
        { key: 'why', title: 'Reason', order: (row) => cell(row).reason.name, cell: (row) => make('span', { title: cell(row).reason.says }, cell(row).reason.name) },
        { key: 'marks', title: 'Flags', order: (row) => cell(row).flags | updates.flags[update(row)], cell: (row) => explorer.marks(cell(row).flags | updates.flags[update(row)]) },
      ],
    });
  };

  // Cells by verdict as numbers.
  const figures = (counts) => make('table', { class: 'figures' }, make('caption', { class: 'unseen' }, 'Cells by verdict'), make('tbody', {}, explorer.order.map((code) =>
    make('tr', {}, make('th', { scope: 'row' }, explorer.badge(code)), make('td', { class: 'number' }, number(counts[code]))))));

  // A word of a command line, as a shell takes it; characters that cannot be seen by their numbers.
  const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
  const quote = (word) => {
    if (/^[A-Za-z0-9_.\/:=-]+$/.test(word)) return word;
    if (word.search(UNSEEN) < 0) return `'${word.replaceAll("'", "'\\''")}'`;
    const numbered = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return `$'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replace(UNSEEN, numbered)}'`;
  };

  // Why a cell is what it is: in words, by its evidence where the site has it, and the command that proves it.
  const proof = (client, updates, update, cell, evidence) => {
    const { options } = explorer.site.matrices[updates.matrices[update]];
    const line = [explorer.site.explain, options, '--client', quote(client), '--update', quote(updates.ids[update])].filter((word) => word !== '').join(' ');
    const command = make('code', { class: 'command', tabindex: '0' });
    command.textContent = line;
    return make('div', { class: 'proof' },
      make('p', {}, explorer.badge(cell.verdict), ` ${cell.reason.name}: ${cell.reason.says}.`),
      explorer.named(cell.flags | updates.flags[update]).map((flag) => make('p', {}, make('span', { class: 'mark' }, flag.name), ` ${flag.says}.`)),
      evidence !== undefined && make('pre', {}, evidence),
      make('p', {}, 'Explained by ', command));
  };

  // What stands in place of something that is not there.
  const absent = (what, id, all) => [
    make('h1', { tabindex: '-1' }, `No ${what} of this id`),
    make('p', {}, 'There is no ', what, ' ', make('q', {}, name(id)), '. ', make('a', { href: `#${all}` }, `All ${all}`)),
  ];

  explorer.views.client = { title: 'Client', under: 'clients', draw: view };
  Object.assign(explorer, { figures, proof, absent });
})();
