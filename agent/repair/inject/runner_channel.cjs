'use strict';
// What the servers of test runners share: the line to the caller, and the verdict from what became of each test.
//
// A command is a line; its answer is `P`, `F FIXED` (so many of the tests that failed before pass now) or `E` (no target
// was loaded), and ends with ` last` when the process ends: it has grown large, or something is left in it.
const fs = require('node:fs');

const MEMORY = 512 * 2 ** 20; // runners keep some of what a run has loaded; from here on the process is better replaced.
const RAN = new Set(['passed', 'failed']);

const setup = JSON.parse(process.env.AGENT_REPAIR_NODE);
delete process.env.AGENT_REPAIR_NODE;
setup.known = fs.existsSync(setup.before) ? JSON.parse(fs.readFileSync(setup.before, 'utf8')) : null;
const exit = process.exit.bind(process);
const answers = fs.openSync(setup.answers, 'w');
const commands = fs.openSync(setup.commands, 'r');

function readLine() {
  const byte = Buffer.alloc(1);
  let line = '';
  for (;;) {
    if (fs.readSync(commands, byte, 0, 1, null) === 0) exit(0);
    if (byte[0] === 10) return line;
    line += String.fromCharCode(byte[0]);
  }
}

/**
 * Answer commands until there are none. `runner.run(files)` runs these test files, or all where there are none given,
 * and resolves to `{ success, loaded, tests: [[file, name, status], …], failed: [file, …] }`; `runner.files()` gives all
 * that are known. Where it has a faster way to run them, `runner.settle(results)`, given what the first run has found,
 * resolves to whether that finds the same, and uses it if so. `runner.within`: the tests run in this very process.
 */
async function serve(runner) {
  // What a candidate does must not end the process, nor come up later as another's failure.
  process.exit = () => {
    throw new Error('process.exit');
  };
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  let before = setup.known;
  fs.writeSync(answers, 'ready\n');
  for (;;) {
    readLine();
    let told;
    try {
      const results = before ? await staged(runner, before.files) : await runner.run();
      if (!before) {
        // The first run is of the unchanged files: what it finds is what later ones are held against.
        before = baseline(results);
        before.open = await open();
        fs.writeFileSync(setup.before, JSON.stringify(before));
        if (runner.settle) {
          before.quick = await runner.settle(results);
          fs.writeFileSync(setup.before, JSON.stringify(before));
        }
      }
      told = results.loaded && before.agrees ? verdict(results, before) : 'E';
    } catch (error) {
      told = 'F 0 ' + String(error && error.message).replace(/\s+/g, ' ');
    }
    // What a candidate has left open (a timer, a port) must not meet the next one.
    const ends = process.memoryUsage().heapUsed > MEMORY || (runner.within && (await open()) > (before?.open ?? 0));
    fs.writeSync(answers, told + (ends ? ' last\n' : '\n'));
    if (ends) exit(0);
  }
}

/** How much is open that keeps a process from ending, once what is being closed is. */
async function open() {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo ? process.getActiveResourcesInfo().length : 0;
}

/** The files that failed before; when those pass, the others. */
async function staged(runner, files) {
  if (!files.length) return runner.run();
  const first = await runner.run(files);
  const others = runner.files().filter((file) => !files.includes(file));
  if (!first.success || !others.length) return first;
  const rest = await runner.run(others);
  const { success } = rest;
  return { success, loaded: first.loaded || rest.loaded, tests: [...first.tests, ...rest.tests], failed: rest.failed };
}

/** What became of each test by its name; of several with one name, that one failed. */
function statuses({ tests }) {
  const found = new Map();
  for (const [file, name, status] of tests) {
    if (found.get(`${file}\n${name}`) !== 'failed') found.set(`${file}\n${name}`, status);
  }
  return found;
}

function baseline(results) {
  const found = [...statuses(results)];
  const failing = found.filter(([, status]) => status === 'failed').map(([name]) => name);
  const ran = found.filter(([, status]) => RAN.has(status)).map(([name]) => name);
  // The command itself has found as many; else this process is not as the command's.
  const counts = ['failed', 'passed'].map((wanted) => results.tests.filter(([, , status]) => status === wanted).length);
  const agrees = !setup.tests || String(setup.tests) === String(counts);
  return { failing, ran, files: results.failed, agrees, quick: false };
}

function verdict(results, before) {
  const found = statuses(results);
  const passed = [...found.values()].filter((status) => status === 'passed').length;
  const fixed = before.failing.filter((name) => found.get(name) === 'passed').length;
  const skipped = before.ran.some((name) => found.has(name) && !RAN.has(found.get(name)));
  return results.success && passed >= before.failing.length && !skipped ? 'P' : `F ${fixed}`;
}

module.exports = { setup, serve };
