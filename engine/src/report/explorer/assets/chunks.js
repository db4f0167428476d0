'use strict';
// Pieces of data: found in the page, or brought by a script that hands itself over, because a page that was
// opened from disk cannot fetch a file.

(() => {
  // Pieces that are kept of kinds that have many; most are about a quarter of a megabyte.
  const KEPT = 24;
  const BOUNDED = ['rows', 'columns', 'evidence'];
  const arrived = new Map();
  const unpacked = new Map();

  // What the script of a piece calls.
  window.patchstate = (kind, number, data) => {
    arrived.set(`${kind}-${number}`, data);
  };

  const path = (piece) => {
    if (!/^[a-z]+-\d+$/.test(piece)) throw new TypeError(`no piece of data is called ${piece}`);
    return `data/${piece}.js`;
  };
  const policy = window.trustedTypes?.createPolicy('chunks', { createScriptURL: path });

  // Gives what a piece hands over.
  const bring = (piece) => {
    const inside = document.getElementById(piece);
    if (inside !== null) return Promise.resolve(inside.textContent);
    if (arrived.has(piece)) return Promise.resolve(arrived.get(piece));
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      const failed = () => reject(new Error(`data/${piece}.js is not there, or is damaged: write the site again`));
      script.src = policy ? policy.createScriptURL(piece) : path(piece);
      script.addEventListener('error', failed);
      script.addEventListener('load', () => {
        script.remove();
        if (!arrived.has(piece)) return failed();
        const data = arrived.get(piece);
        arrived.delete(piece);
        return resolve(data);
      });
      document.head.append(script);
    });
  };

  const bytes = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  };

  // Unpacks a piece: the object, and the cells behind it.
  const unpack = async (text) => {
    if (!window.DecompressionStream) {
      throw new Error('this browser is too old to unpack the data: it knows no DecompressionStream');
    }
    const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const all = new Uint8Array(await new Response(stream).arrayBuffer());
    const end = all.indexOf(0);
    return { object: JSON.parse(new TextDecoder().decode(all.subarray(0, end))), cells: all.subarray(end + 1) };
  };

  // Gives an unpacked piece; the same one again without work.
  const piece = (kind, number) => {
    const id = `${kind}-${number}`;
    const known = unpacked.get(id);
    // Taken out and put in again, so that the first in order is the one that was longest not asked for.
    unpacked.delete(id);
    const found = known ?? bring(id).then(unpack);
    unpacked.set(id, found);
    found.catch(() => unpacked.delete(id));
    const same = [...unpacked.keys()].filter((key) => key.startsWith(`${kind}-`));
    if (BOUNDED.includes(kind) && same.length > KEPT) unpacked.delete(same[0]);
    return found;
  };

  // The first piece, which is not packed and there before the page is drawn.
  const overview = () => {
    const inside = document.getElementById('overview-0');
    return inside === null ? arrived.get('overview-0') : JSON.parse(inside.textContent);
  };

  // The whole of a table of which every piece holds some rows, by column.
  const tables = new Map();
  const table = (kind, rows) => {
    if (!tables.has(kind)) tables.set(kind, join(kind, rows));
    return tables.get(kind);
  };
  const join = async (kind, rows) => {
    const count = Math.max(1, Math.ceil(rows / explorer.site.layout.table));
    const pieces = await Promise.all(Array.from({ length: count }, (_, at) => piece(kind, at)));
    const parts = pieces.map((part) => part.object);
    if (parts.length === 1) return parts[0];
    const whole = {};
    for (const column of Object.keys(parts[0])) {
      whole[column] = column === 'verdicts'
        ? [0, 1, 2, 3].map((code) => parts.flatMap((part) => part.verdicts[code]))
        : parts.flatMap((part) => part[column]);
    }
    return whole;
  };
  const clients = () => table('clients', explorer.site.layout.clients);
  const updates = () => table('updates', explorer.site.layout.updates);

  // The number of an id in a table; -1 where it has none. Ids are sorted by their bytes, in which order the
  // letters of scripts beyond the first plane come last, so that they are looked up and not searched for.
  const places = new WeakMap();
  const find = (of, id) => {
    if (!places.has(of)) places.set(of, new Map(of.ids.map((key, at) => [key, at])));
    return places.get(of).get(id) ?? -1;
  };

  // What is known of one row, or of one column, and its cells.
  const part = async (kind, list, number, length) => {
    const size = explorer.site.layout[kind];
    const { object, cells } = await piece(kind, Math.floor(number / size));
    const at = number % size;
    const width = explorer.site.layout.width;
    return {
      about: object[list][at],
      cells: cells.subarray(at * length * width, (at + 1) * length * width),
    };
  };
  const row = (client) => part('rows', 'clients', client, explorer.site.layout.updates);
  const column = (update) => part('columns', 'updates', update, explorer.site.layout.clients);

  // What proves cells of a client, by the number of the update; nothing where the site does not say.
  const evidence = async (client) => {
    const number = explorer.site.evidence.indexOf(client);
    if (number < 0) return new Map();
    const { object } = await piece('evidence', number);
    return new Map(object.proofs.map((proof) => [proof.update, proof.text]));
  };

  Object.assign(explorer, { piece, overview, clients, updates, find, row, column, evidence });
})();
