// Drives a headless Chromium over the pipe of its debugging protocol; needs Node and no package.
//
// Source of truth: https://chromedevtools.github.io/devtools-protocol/

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--remote-debugging-pipe'];
// How long anything is waited for, in milliseconds.
const PATIENCE = 60_000;

// A browser with one page that is looked at.
export class Browser {
  #process; #folder; #rest = ''; #next = 1; #waiting = new Map(); #session;
  // What the page said and asked for: console messages, exceptions, addresses of requests.
  problems = []; requests = [];

  static async start(program, width = 1440, height = 900) {
    const browser = new Browser();
    browser.#folder = mkdtempSync(join(tmpdir(), 'explorer-'));
    browser.#process = spawn(program, [...FLAGS, `--user-data-dir=${browser.#folder}`, `--window-size=${width},${height}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    // Whatever ends the script ends the browser and takes its folder away.
    process.on('exit', () => {
      browser.#process.kill('SIGKILL');
      rmSync(browser.#folder, { recursive: true, force: true, maxRetries: 5 });
    });
    browser.#process.on('error', (error) => browser.#fail(error));
    browser.#process.on('exit', () => browser.#fail(new Error('the browser ended')));
    browser.#process.stdio[4].setEncoding('utf8').on('data', (text) => browser.#take(text));
    const { targetInfos } = await browser.#send('Target.getTargets');
    const page = targetInfos.find((target) => target.type === 'page');
    browser.#session = (await browser.#send('Target.attachToTarget', { targetId: page.targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await browser.send(`${domain}.enable`);
    await browser.size(width, height);
    return browser;
  }

  #fail(error) {
    this.#waiting.forEach(({ reject }) => reject(error));
    this.#waiting.clear();
  }

  #take(text) {
    const parts = (this.#rest + text).split('\0');
    this.#rest = parts.pop();
    parts.forEach((part) => this.#hear(JSON.parse(part)));
  }

  #hear({ id, result, error, method, params }) {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      return error ? waiting?.reject(new Error(error.message)) : waiting?.resolve(result);
    }
    if (method === 'Runtime.exceptionThrown') this.problems.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Runtime.consoleAPICalled') this.problems.push(`console.${params.type}: ${params.args.map((it) => it.value).join(' ')}`);
    if (method === 'Log.entryAdded') this.problems.push(`${params.entry.level}: ${params.entry.text}`);
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    return undefined;
  }

  #send(method, params = {}, sessionId = undefined) {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} is not answered`)), PATIENCE);
      const settle = (done) => (value) => { clearTimeout(late); done(value); };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  // Sends a command to the page.
  send(method, params = {}) {
    return this.#send(method, params, this.#session);
  }

  size(width, height) {
    return this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  // Evaluates an expression in the page, waiting for a promise.
  async ask(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  // Waits until an expression holds in the page.
  async until(expression) {
    const end = Date.now() + PATIENCE;
    while (!(await this.ask(expression).catch(() => false))) {
      if (Date.now() > end) throw new Error(`does not come true: ${expression}`);
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
  }

  // Opens an address anew and waits until its view is drawn; gives the milliseconds from the beginning.
  async open(address) {
    await this.send('Page.navigate', { url: 'about:blank' });
    await this.until('location.href === "about:blank"');
    await this.send('Page.navigate', { url: address });
    await this.until('location.href !== "about:blank" && performance.getEntriesByName("drawn").length > 0');
    return this.ask('performance.getEntriesByName("drawn")[0].startTime');
  }

  // Goes to another view of the page that is open.
  async go(fragment) {
    await this.ask(`performance.clearMarks(); location.hash = ${JSON.stringify(fragment)}; 0`);
    await this.until('performance.getEntriesByName("drawn").length > 0');
  }

  // Presses a key, with the keys that are held: 2 control, 8 shift.
  async press(key, modifiers = 0) {
    const codes = { Enter: 13, Tab: 9, Escape: 27, ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39, Home: 36, End: 35, PageDown: 34 };
    const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
    const event = { key, modifiers, windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0), text, code: codes[key] ? key : undefined };
    await this.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event, text: undefined });
  }

  // Types text where the focus is.
  type(text) {
    return this.send('Input.insertText', { text });
  }

  // A picture of what is seen, or of the whole page.
  async picture(whole = false) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: whole });
    return Buffer.from(data, 'base64');
  }

  // The page as it is printed.
  async print() {
    const { data } = await this.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true });
    return Buffer.from(data, 'base64');
  }

  async end() {
    const ended = new Promise((resolve) => { this.#process.on('exit', resolve); });
    await this.#send('Browser.close').catch(() => undefined);
    await ended;
  }
}
