'use strict';
// Bars: cells by verdict, and shares. Each says in words what it shows, and the numbers stand beside it.

(() => {
  const { make, number, percent, verdicts, order } = explorer;

  const words = (counts) => order.map((code) => `${verdicts[code].label} ${number(counts[code])}`).join(', ');

  // Cells by verdict, as one bar; `most` makes bars of several groups comparable.
  const bar = (counts, most = null) => {
    const whole = counts.reduce((sum, count) => sum + count, 0);
    const element = make('div', { class: 'bar', role: 'img', 'aria-label': words(counts) });
    for (const code of order) {
      if (counts[code] === 0) continue;
      const piece = make('span', { class: verdicts[code].key, title: `${verdicts[code].label} ${number(counts[code])} (${percent(counts[code], whole)})` });
      piece.style.flexGrow = String(counts[code]);
      element.append(piece);
    }
    if (most !== null && most > 0) element.style.width = `${Math.max(0.5, 100 * whole / most)}%`;
    return element;
  };

  // What colours and signs mean.
  const legend = (codes, kind) => make('ul', { class: `legend ${kind}`, 'aria-label': 'Legend' }, codes.map((code) =>
    make('li', {}, make('span', { class: `swatch ${verdicts[code].key}`, 'aria-hidden': 'true' }, verdicts[code].sign), verdicts[code].label)));

  // A part of a whole.
  const meter = (part, whole, key = 'plain') => {
    const element = make('div', { class: 'meter', role: 'img', 'aria-label': percent(part, whole) });
    const inner = make('span', { class: key });
    inner.style.width = `${whole === 0 ? 0 : 100 * part / whole}%`;
    element.append(inner);
    return element;
  };

  // Standing of clients: how many have something missing, and so on.
  const standings = [
    { name: 'Not evaluated', key: 'none', says: 'no cell' },
    { name: 'Updates missing', key: 'missing', says: 'at least one cell is Missing' },
    { name: 'Not proved', key: 'unknown', says: 'nothing is Missing, something Unknown' },
    { name: 'Nothing missing or unknown', key: 'installed', says: 'every cell is Installed or NotApplicable' },
  ];

  Object.assign(explorer, { bar, legend, meter, standings });
})();
