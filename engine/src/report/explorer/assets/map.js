'use strict';
// The heat map: the clients that need most against the updates that most need, a cell a verdict. It is a grid
// to walk through with the arrow keys, every verdict has its sign, and the same cells are there as a list.

(() => {
  const { make, fill, verdicts, go, name, read, isHidden, legend } = explorer;
  const SIDES = [25, 50, 100];

  const view = async (_, settings) => {
    const [{ object, cells }, clients, updates] = await Promise.all([explorer.piece('map', 0), explorer.clients(), explorer.updates(), explorer.ready()]);
    if (object.clients.length === 0) return [title(), make('p', {}, 'Nothing is Missing, so there is nothing to show.')];
    const body = make('div', { class: 'map' });
    const draw = () => {
      const side = SIDES.find((it) => String(it) === settings.get('side')) ?? SIDES[1];
      const cut = (list) => [...list.slice(0, side).keys()];
      const shown = { clients: cut(object.clients), updates: cut(object.updates) };
      if (settings.get('order') === 'name') {
        shown.clients.sort((a, b) => object.clients[a] - object.clients[b]);
        shown.updates.sort((a, b) => object.updates[a] - object.updates[b]);
      }
      const cell = (row, column) => read(cells, row * object.updates.length + column);
      const of = { object, clients, updates, shown, cell };
      body.replaceChildren(settings.get('as') === 'list' ? table(of, settings) : grid(of));
    };
    explorer.onHidden(draw);
    draw();
    return [title(), make('p', { class: 'about' }, 'Rows: the clients with most Missing cells. Columns: the updates that most clients need. Hidden cells are not counted.'),
      controls(settings, draw), legendOf(), body];
  };

  const title = () => make('h1', { tabindex: '-1' }, 'Heat map');

  const legendOf = () => fill(legend(explorer.order, 'signs'), [
    make('li', {}, make('span', { class: 'swatch missing hollow', 'aria-hidden': 'true' }, '✕'), 'Missing, hidden by a flag'),
    make('li', {}, make('span', { class: 'swatch none', 'aria-hidden': 'true' }), 'Not evaluated')]);

  const controls = (settings, draw) => {
    const choice = (key, label, options, first) => make('label', {}, label, make('select', { 'data-filter': key, on: { change: (event) => { settings.set({ [key]: event.target.value === first ? null : event.target.value }); draw(); } } },
      options.map(([value, text]) => make('option', { value, selected: value === (settings.get(key) ?? first) }, text))));
    return make('form', { class: 'controls', 'aria-label': 'How the map is drawn', on: { submit: (event) => event.preventDefault() } },
      choice('side', 'Size', SIDES.map((side) => [String(side), `${side} × ${side}`]), String(SIDES[1])),
      choice('order', 'Order', [['most', 'most Missing first'], ['name', 'by id']], 'most'),
      choice('as', 'Show as', [['map', 'map'], ['list', 'list']], 'map'));
  };

  // Whether a cell is drawn hollow: Missing, and hidden.
  const hollow = (of, cell, column) => cell !== null && cell.verdict === 2 && !explorer.showsHidden()
    && isHidden(cell.flags | of.updates.flags[of.object.updates[column]]);

  const words = (of, row, column) => {
    const cell = of.cell(row, column);
    const verdict = cell === null ? 'not evaluated' : `${verdicts[cell.verdict].label}, ${cell.reason.name}`;
    return `${verdict}${hollow(of, cell, column) ? ', hidden' : ''}: client ${of.clients.ids[of.object.clients[row]]}, update ${of.updates.names[of.object.updates[column]]}`;
  };

  const grid = (of) => {
    const { object, clients, updates, shown } = of;
    const told = make('p', { class: 'told' }, 'Arrow keys walk through the cells; Enter opens the client of a cell, Shift and Enter its update.');
    const heads = shown.updates.map((column) => make('th', { scope: 'col', role: 'columnheader', title: updates.titles[object.updates[column]] },
      make('a', { href: explorer.address('update', updates.ids[object.updates[column]]), tabindex: '-1' }, name(updates.names[object.updates[column]]))));
    const lines = shown.clients.map((row) => make('tr', { role: 'row' },
      make('th', { scope: 'row', role: 'rowheader' }, make('a', { href: explorer.address('client', clients.ids[object.clients[row]]), tabindex: '-1' }, name(clients.ids[object.clients[row]]))),
      shown.updates.map((column) => {
        const cell = of.cell(row, column);
        const key = cell === null ? 'none' : verdicts[cell.verdict].key;
        return make('td', { role: 'gridcell', tabindex: '-1', class: hollow(of, cell, column) ? `${key} hollow` : key, 'aria-label': words(of, row, column), 'data-at': `${row} ${column}` },
          cell === null ? '' : cell.verdict === 1 ? '·' : verdicts[cell.verdict].sign);
      })));
    const table = make('table', { role: 'grid', class: 'grid', 'aria-label': 'Clients against updates', 'aria-readonly': 'true' },
      make('thead', {}, make('tr', { role: 'row' }, make('th', { scope: 'col', role: 'columnheader' }, make('span', { class: 'unseen' }, 'Client')), heads)), make('tbody', {}, lines));
    walk(of, table, told);
    return make('div', {}, told, make('div', { class: 'scroll' }, table));
  };

  // Lets the keys and the pointer walk through the cells of a grid.
  const walk = (of, table, told) => {
    const { shown } = of;
    const at = (row, column) => table.tBodies[0].rows[row].cells[column + 1];
    let now = [0, 0];
    at(0, 0).tabIndex = 0;
    const tell = (element) => {
      const [row, column] = element.dataset.at.split(' ').map(Number);
      const [client, update] = [of.object.clients[row], of.object.updates[column]];
      const cell = of.cell(row, column);
      told.replaceChildren();
      fill(told, [cell === null ? 'Not evaluated' : explorer.badge(cell.verdict), ' ', go(of.clients.ids[client], 'client', of.clients.ids[client]), ' · ',
        go(of.updates.names[update], 'update', of.updates.ids[update]), ' ', make('span', { class: 'second' }, name(of.updates.titles[update])), cell !== null && `: ${cell.reason.says}. `, cell !== null && explorer.marks(cell.flags)]);
    };
    const move = (row, column) => {
      at(...now).tabIndex = -1;
      now = [Math.max(0, Math.min(shown.clients.length - 1, row)), Math.max(0, Math.min(shown.updates.length - 1, column))];
      at(...now).tabIndex = 0;
      at(...now).focus();
    };
    table.addEventListener('focusin', (event) => {
      const cell = event.target.closest('td[data-at]');
      if (cell === null) return;
      at(...now).tabIndex = -1;
      now = [cell.parentElement.rowIndex - 1, cell.cellIndex - 1];
      cell.tabIndex = 0;
      tell(cell);
    });
    table.addEventListener('mouseover', (event) => {
      const cell = event.target.closest('td[data-at]');
      if (cell !== null) tell(cell);
    });
    const open = (turned) => {
      const [row, column] = at(...now).dataset.at.split(' ').map(Number);
      location.hash = turned ? explorer.address('update', of.updates.ids[of.object.updates[column]]) : explorer.address('client', of.clients.ids[of.object.clients[row]]);
    };
    table.addEventListener('keydown', (event) => {
      const [row, column] = now;
      const [rows, columns] = [shown.clients.length - 1, shown.updates.length - 1];
      const steps = {
        ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
        Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? rows : row, columns], PageUp: [row - 10, column], PageDown: [row + 10, column],
      };
      if (event.target.closest('td[data-at]') === null) return;
      if (event.key === 'Enter') open(event.shiftKey);
      else if (steps[event.key]) move(...steps[event.key]);
      else return;
      event.preventDefault();
    });
    table.addEventListener('click', (event) => event.target.closest('td[data-at]')?.focus());
  };

  // The same cells as a list.
  const table = (of, settings) => {
    const { object, clients, updates, shown } = of;
    const pairs = shown.clients.flatMap((row) => shown.updates.map((column) => [row, column]));
    const cellOf = (at) => of.cell(...pairs[at]);
    const client = (at) => object.clients[pairs[at][0]];
    const update = (at) => object.updates[pairs[at][1]];
    const counts = [0, 0, 0, 0];
    pairs.forEach((_, at) => { if (cellOf(at) !== null) counts[cellOf(at).verdict] += 1; });
    return explorer.list({
      count: pairs.length, noun: 'cell', caption: 'Cells of the heat map', settings, searches: 'client, update, title', sort: 'client',
      text: (at) => `${clients.ids[client(at)]}\n${updates.ids[update(at)]}\n${updates.titles[update(at)]}`.toLowerCase(),
      flags: (at) => (cellOf(at)?.flags ?? 0) | updates.flags[update(at)],
      filters: [explorer.byVerdict(counts, (at, chosen) => cellOf(at) !== null && chosen.has(String(cellOf(at).verdict)))],
      columns: [
        { key: 'client', title: 'Client', order: client, cell: (at) => go(clients.ids[client(at)], 'client', clients.ids[client(at)]) },
        { key: 'update', title: 'Update', order: update, cell: (at) => go(updates.names[update(at)], 'update', updates.ids[update(at)]) },
        { key: 'title', title: 'Title', kind: 'wide', order: (at) => updates.titles[update(at)], cell: (at) => name(updates.titles[update(at)]) },
        { key: 'cell', title: 'Verdict', order: (at) => explorer.order.indexOf(cellOf(at)?.verdict), cell: (at) => (cellOf(at) === null ? 'Not evaluated' : explorer.badge(cellOf(at).verdict)) },
        { key: 'reason', title: 'Reason', order: (at) => cellOf(at)?.reason.name ?? '', cell: (at) => cellOf(at)?.reason.name ?? '' },
        { key: 'flags', title: 'Flags', cell: (at) => explorer.marks((cellOf(at)?.flags ?? 0) | updates.flags[update(at)]) },
      ],
    });
  };

  explorer.views.map = { title: 'Heat map', draw: view };
})();
