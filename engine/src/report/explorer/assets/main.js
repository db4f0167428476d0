'use strict';
// The frame: which view the address names, what is hidden, light or dark.

(() => {
  const { make, fill, views } = explorer;
  const NAMED = ['overview', 'map', 'clients', 'updates', 'coverage'];
  const THEMES = ['system', 'light', 'dark'];
  const KEY = 'patchstate-explorer';

  // What a browser may keep of choices; some keep nothing for pages from disk.
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };
  const keep = (changes) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...kept(), ...changes }));
    } catch {
      // The choice lasts as long as the page.
    }
  };

  let hiddenShown = kept().hidden === true;
  let redraw = [];
  const showsHidden = () => hiddenShown;
  const onHidden = (draw) => redraw.push(draw);
  const showHidden = (shown) => {
    hiddenShown = shown;
    keep({ hidden: shown });
    drawSwitches();
    redraw.forEach((draw) => draw());
  };

  let theme = THEMES.includes(kept().theme) ? kept().theme : THEMES[0];
  const drawSwitches = () => {
    document.documentElement.dataset.theme = theme;
    const switches = document.getElementById('theme');
    switches.textContent = `Theme: ${theme}`;
    const hidden = document.getElementById('hidden');
    hidden.dataset.shown = String(hiddenShown);
    hidden.textContent = hiddenShown ? 'Hidden rows: shown' : 'Hidden rows: left out';
  };

  // What the address says: a view, its subject, and settings.
  const parse = () => {
    const [head, ...rest] = location.hash.slice(1).split('&');
    const cut = head.indexOf('=');
    const view = cut < 0 ? head : head.slice(0, cut);
    return { view: Object.hasOwn(views, view) ? view : 'overview', subject: cut < 0 ? '' : decode(head.slice(cut + 1)), settings: new URLSearchParams(rest.join('&').replaceAll('+', '%2B')) };
  };
  const decode = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  // The settings of the view that is open; a change is written into the address.
  const settingsOf = ({ settings }) => ({
    get: (key) => settings.get(key),
    set: (changes) => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) settings.delete(key);
        else settings.set(key, value);
      }
      const [head] = location.hash.slice(1).split('&');
      const rest = [...settings].map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join('');
      history.replaceState(null, '', `#${head}${rest}`);
    },
  });

  let opened = 0;
  const open = async () => {
    const asked = parse();
    const view = views[asked.view];
    const main = document.getElementById('main');
    opened += 1;
    const own = opened;
    redraw = [];
    drawViews(view.under ?? asked.view);
    main.setAttribute('aria-busy', 'true');
    const parts = await view.draw(asked.subject, settingsOf(asked));
    if (own !== opened) return;
    main.replaceChildren();
    fill(main, parts);
    main.removeAttribute('aria-busy');
    const title = asked.subject === '' ? view.title : asked.subject;
    document.title = explorer.clean(`${title} – ${explorer.site.name}`);
    if (own > 1) {
      scrollTo(0, 0);
      main.querySelector('h1')?.focus();
    }
    performance.mark('drawn');
  };

  const fail = (error) => {
    const main = document.getElementById('main');
    main.removeAttribute('aria-busy');
    main.replaceChildren(make('p', { class: 'failure', role: 'alert' }, `This cannot be shown: ${error.message}.`));
    performance.mark('drawn');
  };

  const drawViews = (current) => {
    document.getElementById('views').replaceChildren(...NAMED.map((view) =>
      make('li', {}, make('a', { href: `#${view}`, 'aria-current': view === current ? 'page' : null }, views[view].title))));
  };

  const drawFrame = () => {
    const { site } = explorer;
    document.getElementById('site').textContent = explorer.clean(site.name);
    const catalogs = site.matrices.flatMap((matrix) => matrix.catalogs.map((it) => `${it.feed} ${it.revision}`.trim()));
    fill(document.getElementById('foot'), [make('p', {}, `${site.agent}. Catalogs: ${catalogs.join(', ') || 'none'}. `, site.now ? `Ages from ${site.now}.` : 'No ages.'),
      make('p', {}, 'Four verdicts: Missing and Installed are proved, so is Not applicable; Unknown is not proved and never counted as anything else.')]);
  };

  const begin = () => {
    explorer.site = explorer.overview();
    if (!explorer.site) return fail(new Error('data/overview-0.js is not there, or is damaged'));
    explorer.learn();
    drawSwitches();
    drawFrame();
    explorer.beginSearch();
    document.getElementById('hidden').addEventListener('click', () => showHidden(!hiddenShown));
    document.getElementById('theme').addEventListener('click', () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      keep({ theme });
      drawSwitches();
    });
    document.getElementById('skip').addEventListener('click', (event) => {
      event.preventDefault();
      document.getElementById('main').focus();
    });
    addEventListener('hashchange', () => { open().catch(fail); });
    return open().catch(fail);
  };

  Object.assign(explorer, { showsHidden, showHidden, onHidden, fail });
  begin();
})();
