'use strict';
// What the number of a cell stands for: verdict, reason and flags, with their words.

(() => {
  const { make, piece } = explorer;

  // By code. Every one has a sign, so that no colour has to be seen.
  const verdicts = [
    { name: 'Unknown', label: 'Unknown', key: 'unknown', sign: '?' },
    { name: 'NotApplicable', label: 'Not applicable', key: 'other', sign: '–' },
    { name: 'Missing', label: 'Missing', key: 'missing', sign: '✕' },
    { name: 'Installed', label: 'Installed', key: 'installed', sign: '✓' },
  ];
  // The codes as they are listed: what has to be looked after first.
  const order = [2, 0, 3, 1];

  // The name of a severity by its rank.
  const severity = (rank) => explorer.site.groups.severity.find((it) => it.rank === rank)?.name ?? '';

  let reasons = new Map();
  let flags = [];
  let hides = 0;
  let cells = [];

  // Takes the words from the overview, and what the numbers stand for.
  const learn = () => {
    const site = explorer.site;
    reasons = new Map(site.reasons.map((reason) => [reason.number, reason]));
    flags = site.flags;
    hides = site.flags.reduce((bits, flag, at) => bits | (flag.hidden ? 1 << at : 0), 0);
  };

  // Makes sure that numbers can be read.
  const ready = async () => {
    if (cells.length > 0) return;
    const { object } = await piece('cells', 0);
    cells = [null, ...object.cells.map(([verdict, reason, bits]) => ({ verdict, reason: reasons.get(reason), flags: bits }))];
  };

  // The cell at a place of packed numbers; null where there is none.
  const read = (bytes, at) => {
    const width = explorer.site.layout.width;
    let number = 0;
    for (let byte = width - 1; byte >= 0; byte -= 1) number = number * 256 + bytes[at * width + byte];
    return cells[number] ?? null;
  };

  const isHidden = (bits) => (bits & hides) !== 0;
  const named = (bits) => flags.filter((_, at) => (bits >> at & 1) === 1);

  // A verdict with its sign.
  const badge = (code) => {
    const verdict = verdicts[code];
    return make('span', { class: `badge ${verdict.key}` }, make('span', { class: 'sign', 'aria-hidden': 'true' }, verdict.sign), verdict.label);
  };

  // Flags by name, each with its sentence.
  const marks = (bits) => named(bits).map((flag, at) => [at > 0 && ' ', make('span', { class: flag.hidden ? 'mark hides' : 'mark', title: flag.says }, flag.name)]);

  Object.assign(explorer, { verdicts, order, severity, learn, ready, read, isHidden, named, badge, marks });
})();
