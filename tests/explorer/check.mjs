// Looks at an explorer as its readers do: every view, every filter, the search, the keys, light and dark, a
// narrow window, paper. Says what is wrong, one line each, and ends with 1; else how long the first view took.
//
//     node tests/explorer/check.mjs FIRST-PAGE [MILLISECONDS]
//
// The milliseconds are the most that the first view may take. The browser is what CHROMIUM names.

import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './chromium.mjs';

const [page, most = '2000'] = process.argv.slice(2);
const address = pathToFileURL(page).href;
const browser = await Browser.start(process.env.CHROMIUM ?? '/usr/bin/chromium');
const wrong = [];
const check = (holds, what) => { if (!holds) wrong.push(what); };
const ask = (expression) => browser.ask(expression);
const result = () => ask('document.querySelector(".result strong").textContent');
const counted = async () => Number((await result()).split(' ')[0].replaceAll(',', ''));

// What must hold of every view: one heading, landmarks, names for what can be used, ids that are there once, rows
// that do not make the page wider, and text that can be read (WCAG 2.2, 1.4.3).
const READABLE = `(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());
  for (const selector of ['h1', 'header', 'main', 'footer', 'search', 'nav[aria-label=Views]']) if (all(selector).length !== 1) wrong.push(selector + ' x ' + all(selector).length);
  const named = (it) => it.textContent.trim() || it.getAttribute('aria-label') || it.labels?.length > 0;
  for (const it of all('a, button, input, select, [role=img], [role=region]')) if (!named(it)) wrong.push('no name: ' + it.outerHTML.slice(0, 80));
  for (const it of document.links) if (!['http:', 'https:', location.protocol].includes(it.protocol)) wrong.push('a link to ' + it.href);
  const ids = all('[id]').map((it) => it.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => wrong.push('id twice: ' + id));
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('wider than the window: ' + document.documentElement.scrollWidth);
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => { const [r, g, b] = parts(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (it) => { for (; it; it = it.parentElement) { const color = getComputedStyle(it).backgroundColor; if ((parts(color)[3] ?? 1) > 0) return color; } return 'rgb(255, 255, 255)'; };
  const seen = new Set();
  for (const it of all('body *')) {
    if (![...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || it.closest('.unseen, :disabled, .swatch')) continue;
    const style = getComputedStyle(it);
    const [x, y] = [light(style.color), light(behind(it))].sort((a, b) => b - a);
    const ratio = (x + 0.05) / (y + 0.05);
    const what = it.tagName + '.' + it.className + ' ' + ratio.toFixed(2);
    if (ratio < 4.5 && !seen.has(what)) { seen.add(what); wrong.push('contrast: ' + what + ' ' + it.textContent.slice(0, 20)); }
  }
  return wrong;
})()`;
const readable = async (where) => (await ask(READABLE)).forEach((it) => wrong.push(`${where}: ${it}`));

// Chooses every option of every filter of a list, and switches every box.
const filters = async (where) => {
  const whole = await counted();
  const names = await ask('[...document.querySelectorAll(".list select[data-filter]")].map((it) => [it.dataset.filter, [...it.options].map((o) => [o.value, o.text])])');
  for (const [name, options] of names) {
    const choose = (value) => ask(`{ const it = document.querySelector('.list select[data-filter="${name}"]'); it.value = ${JSON.stringify(value)}; it.dispatchEvent(new Event('change')); 0 }`);
    for (const [value, text] of options.slice(1)) {
      await choose(value);
      const found = await counted();
      check(found <= whole, `${where}: ${name} ${text} finds ${found} of ${whole}`);
    }
    await choose('');
  }
  const boxes = await ask('document.querySelectorAll("input[data-filter]").length');
  for (let box = 0; box < boxes; box += 1) {
    const before = await counted();
    await ask(`document.querySelectorAll("input[data-filter]")[${box}].click()`);
    const times = await ask(`Number(document.querySelectorAll("input[data-filter]")[${box}].closest("label").querySelector(".times").textContent.replaceAll(",", ""))`);
    check(Math.abs(before - await counted()) <= times, `${where}: box ${box} changes more than its ${times} rows`);
    await ask(`document.querySelectorAll("input[data-filter]")[${box}].click()`);
  }
  check(await counted() === whole, `${where}: filters that were taken back leave ${await result()} of ${whole}`);
};

// Types into the search of a list, and sorts by every column.
const list = async (where, word) => {
  const whole = await counted();
  const type = (text) => ask(`{ const it = document.querySelector('.controls input[type=search]'); it.value = ${JSON.stringify(text)}; it.dispatchEvent(new Event('input')); 0 }`);
  await type(word);
  await browser.until('location.hash.includes("q=")');
  check(await counted() >= 1, `${where}: the search finds no ${word}`);
  await type('no such text anywhere');
  await browser.until('document.querySelector(".result strong").textContent.startsWith("0 ")');
  await type('');
  await browser.until('!location.hash.includes("q=")');
  check(await counted() === whole, `${where}: an empty search finds all`);
  const columns = await ask('document.querySelectorAll(".list thead button").length');
  for (let column = 0; column < columns; column += 1) {
    await ask(`document.querySelectorAll(".list thead button")[${column}].click()`);
    check(await ask(`document.querySelectorAll(".list th[aria-sort]").length`) === 1, `${where}: column ${column} is not sorted by`);
  }
  await filters(where);
};

// The lists of a site that has some clients and updates.
const lists = async () => {
  await list('clients', client.toLowerCase());
  await browser.go('#updates');
  await list('updates', update.toLowerCase());
  await browser.go(views.client);
  await list('client', update.toLowerCase().slice(0, 8));
  await ask('document.querySelector(".opens button").click()');
  const command = await ask('document.querySelector(".command").textContent');
  check(command.includes('explain') && command.includes('--client') && command.includes('--update'), `client: no command in ${command}`);
  await readable('client with a reason opened');
  if (site.evidence.length > 0) await proofs();
  await browser.go(views.update);
  await list('update', await ask('document.querySelector(".list tbody th + td a, .list tbody td + th + td a").textContent.toLowerCase()'));
};

// The client that needs most: the first of its updates is Missing, and what proves that can be read.
const proofs = async () => {
  await browser.go('#overview');
  await browser.go(views.client);
  await ask('document.querySelector(".opens button").click()');
  const proof = await ask('document.querySelector(".proof pre")?.textContent ?? ""');
  check(proof.includes(client) && proof.includes('\n'), `client: no proof in ${proof}`);
  const [shown, whole] = await ask('(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])(document.querySelector(".proof pre"))');
  check(whole <= shown, `client: a proof is ${whole} wide in ${shown}`);
  await readable('client with a proof');
};

const first = await browser.open(address);
check(first <= Number(most), `the first view takes ${first} ms`);
const site = await ask('({ evidence: explorer.site.evidence, worst: explorer.site.worst[0]?.id, top: explorer.site.top[0]?.id, layout: explorer.site.layout, name: explorer.site.name })');
await readable('overview');
const client = site.worst ?? await ask('explorer.clients().then((it) => it.ids[0])');
const update = site.top ?? await ask('explorer.updates().then((it) => it.ids[0])');
const of = (view, subject) => `#${view}=${encodeURIComponent(subject)}`;
const isEmpty = client === undefined || update === undefined;
const views = { overview: '#overview', map: '#map', clients: '#clients', updates: '#updates', coverage: '#coverage', ...(isEmpty ? {} : { client: of('client', client), update: of('update', update) }) };

for (const [view, fragment] of Object.entries(views)) {
  await browser.go(fragment);
  await readable(view);
  check(await ask('document.querySelector(".failure") === null'), `${view}: ${await ask('document.querySelector(".failure")?.textContent')}`);
  check(await ask('document.activeElement.tagName') === 'H1', `${view}: the heading has not the focus`);
}
await browser.go('#clients');
check(await counted() === site.layout.clients, `clients: ${await result()}`);
if (!isEmpty) await lists();

// The switch of hidden rows: there are at least as many rows with it.
await browser.go('#updates');
const without = await counted();
await ask('document.getElementById("hidden").click()');
check(await counted() >= without && (await ask('document.getElementById("hidden").textContent')).endsWith('shown'), 'hidden rows are not shown');
await ask('document.getElementById("hidden").click()');
check(await counted() === without, 'hidden rows are not left out again');

// The keys: the skip link, the search of everything, the heat map.
await browser.open(address);
await browser.press('Tab');
check(await ask('document.activeElement.id') === 'skip', `the first stop is ${await ask('document.activeElement.outerHTML.slice(0, 60)')}`);
await browser.press('Enter');
check(await ask('document.activeElement.id') === 'main', 'the skip link does not lead to the content');
if (!isEmpty) {
  await browser.press('/');
  check(await ask('document.activeElement.id') === 'find', 'the key / does not lead to the search');
  await browser.type(client);
  await browser.until('document.querySelectorAll("#found [data-to]").length > 0');
  await browser.press('ArrowDown');
  check(await ask('document.getElementById("find").getAttribute("aria-activedescendant")') === 'found-0', 'the search chooses nothing');
  await readable('search');
  await ask('performance.clearMarks(); 0');
  await browser.press('Enter');
  await browser.until('performance.getEntriesByName("drawn").length > 0');
  check(await ask('document.querySelector("h1").textContent') === await ask(`explorer.clean(${JSON.stringify(client)})`), 'the search does not open the client');
}
if (site.worst !== undefined) {
  await browser.go('#map');
  await ask('document.querySelector("td[data-at][tabindex=\\"0\\"]").focus()');
  for (const key of ['ArrowDown', 'ArrowRight', 'End', 'Home', 'ArrowUp', 'PageDown', 'ArrowLeft']) await browser.press(key);
  check(await ask('document.activeElement.dataset.at?.endsWith(" 0")'), 'the arrow keys do not walk through the map');
  check(await ask('document.activeElement.getAttribute("aria-label").includes("client")'), 'a cell of the map does not say what it is');
  check(await ask('document.querySelectorAll("td[data-at][tabindex=\\"0\\"]").length') === 1, 'the map has several stops');
  await browser.press('Home', 2);
  await ask('performance.clearMarks(); 0');
  await browser.press('Enter');
  await browser.until('performance.getEntriesByName("drawn").length > 0');
  check((await ask('location.hash')).startsWith('#client='), 'Enter does not open the client of a cell');
  await browser.go('#map&as=list');
  await list('map', client.toLowerCase());
  await browser.go('#map&side=100&order=name');
  await readable('map by name');
}

// Dark, by the system and by the switch; a narrow window; paper.
const page_color = () => ask('getComputedStyle(document.body).backgroundColor');
const light = await page_color();
await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
const dark = await page_color();
check(light !== dark, 'a dark system changes nothing');
for (const [view, fragment] of Object.entries(views)) {
  await browser.go(fragment);
  await readable(`${view}, dark`);
}
await ask('document.getElementById("theme").click()');
check(await page_color() === light, 'the switch does not make it light');
await ask('document.getElementById("theme").click()');
check(await page_color() === dark, 'the switch does not make it dark');
await ask('document.getElementById("theme").click()');
await browser.send('Emulation.setEmulatedMedia', { features: [] });
await browser.size(400, 800);
for (const [view, fragment] of Object.entries(views)) {
  await browser.go(fragment);
  await readable(`${view}, narrow`);
}
await browser.size(1440, 900);
await browser.go(views.client ?? '#clients');
check((await browser.print()).subarray(0, 5).toString() === '%PDF-', 'it cannot be printed');
await browser.send('Emulation.setEmulatedMedia', { media: 'print' });
check(await ask('!document.querySelector("header").checkVisibility() && !document.querySelector(".controls").checkVisibility() && document.querySelector(".list table").checkVisibility()'), 'paper shows the controls, or no rows');
await browser.send('Emulation.setEmulatedMedia', { media: '' });

// A client that was not evaluated has a page without cells.
const unseen = await ask('explorer.clients().then((it) => it.ids[it.standing.indexOf(0)])');
if (unseen !== undefined) {
  await browser.go(of('client', unseen));
  await readable('a client without cells');
  check(await ask('document.querySelector(".failure, .list") === null && document.querySelector("main").textContent.includes("no cell")'), 'a client without cells is not said to be');
}

// What is not there is said, and nothing else was asked for.
await browser.go(of('client', 'no such client'));
check((await ask('document.querySelector("h1").textContent')).startsWith('No client'), 'a client that is not there is not said to be');
check(await ask('window.marked === undefined'), 'text was run as a script');
browser.problems.forEach((problem) => wrong.push(`the browser says: ${problem}`));
const folder = `${pathToFileURL(dirname(page)).href}/`;
browser.requests.filter((url) => !url.startsWith(folder) && url !== 'about:blank').forEach((url) => wrong.push(`asked for ${url}`));
await browser.end();

wrong.forEach((line) => console.log(line));
console.log(`${site.name}: ${site.layout.clients} clients x ${site.layout.updates} updates, first view after ${Math.round(first)} ms, ${wrong.length} wrong`);
process.exitCode = wrong.length > 0 ? 1 : 0;
