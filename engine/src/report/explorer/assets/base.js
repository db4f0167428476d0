'use strict';
// What all scripts share: elements, numbers, addresses. Names come from clients and catalogs, so that text is
// only ever put in as text, and no address is followed that is not one of the web.

const explorer = { views: {} };

(() => {
  // Characters that turn the direction of writing or steer a terminal are shown as such.
  const STEERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  const clean = (text) => String(text).replace(STEERS, '\ufffd');

  // Makes an element. Options are `class`, `on` (listeners by event), or attributes; children are nodes, texts
  // and lists of them, and what is null or false is left out.
  const make = (tag, options = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === 'class') element.className = value;
      else if (name === 'on') Object.entries(value).forEach(([event, listen]) => element.addEventListener(event, listen));
      else if (value === true) element.setAttribute(name, '');
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, clean(value));
    }
    fill(element, children);
    return element;
  };

  const fill = (element, children) => {
    for (const child of children.flat(3)) {
      if (child === null || child === undefined || child === false) continue;
      element.append(child instanceof Node ? child : clean(child));
    }
    return element;
  };

  // Text whose direction does not reach beyond it.
  const name = (text) => make('bdi', {}, text);

  // A link to a page of the web; anything else stays text.
  const link = (address, text = address) => {
    const isWeb = /^https?:\/\//i.test(address) && URL.canParse(address);
    if (!isWeb) return name(text);
    return make('a', { href: new URL(address).href, rel: 'noopener noreferrer', target: '_blank' }, name(text));
  };

  // The fragment of a view, of a subject of it, with settings.
  const address = (view, subject = null, settings = {}) => {
    const head = subject === null ? view : `${view}=${encodeURIComponent(subject)}`;
    const rest = Object.entries(settings).map(([key, value]) => `&${key}=${encodeURIComponent(value)}`);
    return `#${head}${rest.join('')}`;
  };

  // A link to a view.
  const go = (text, view, subject = null, settings = {}) =>
    make('a', { href: address(view, subject, settings) }, name(text));

  const numbers = new Intl.NumberFormat('en-US');
  const number = (count) => numbers.format(count);

  // A share with both numbers, rounded to a tenth of a percent as reports round it.
  const share = (part, whole) => {
    if (whole === 0) return `${number(part)} of ${number(whole)}`;
    return `${percent(part, whole)} (${number(part)} of ${number(whole)})`;
  };
  const percent = (part, whole) => {
    if (whole === 0) return '–';
    const tenths = Math.floor((part * 2000 + whole) / (whole * 2));
    return `${Math.floor(tenths / 10)}.${tenths % 10} %`;
  };

  const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

  // What a search finds articles by: with the letters before them or without.
  const articleWords = (articles) => articles.replace(/\d+/g, 'kb$& q$&');

  // Tells those who do not see the page what changed.
  const say = (text) => {
    document.getElementById('said').textContent = clean(text);
  };

  const section = (title, ...children) => {
    const id = `s-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    return make('section', { 'aria-labelledby': id }, make('h2', { id }, title), ...children);
  };

  // A list of terms and what stands for each: a node, a text, or a list of texts, each on a line where they are
  // `apart`. A term without anything is left out.
  const terms = (entries) => {
    const list = make('dl', { class: 'terms' });
    for (const [term, says, apart] of entries) {
      const isEmpty = says === null || says === undefined || says === '' || (Array.isArray(says) && says.length === 0);
      if (isEmpty) continue;
      const several = Array.isArray(says) ? says : [says];
      const text = apart ? several.map((item) => make('span', {}, name(item))) : several.flatMap((item, at) => [at > 0 && ', ', item instanceof Node ? item : name(item)]);
      fill(list, [make('dt', {}, term), make('dd', { class: apart ? 'apart' : '' }, text)]);
    }
    return list;
  };

  Object.assign(explorer, { make, fill, clean, name, link, address, go, number, share, percent, plural, articleWords, say, section, terms });
})();
