'use strict';
// Preloaded into every node process of a traced command: writes down how it was started, whether it loads a target
// (CommonJS), whether it is a test runner's own, and how it ended. `node.py` reads it, and starts a server in its place.
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.AGENT_REPAIR_NODE) {
  const fs = require('node:fs');
  const Module = require('node:module');
  const { out, targets } = JSON.parse(process.env.AGENT_REPAIR_NODE);
  const wanted = new Set(targets);
  const env = { ...process.env };
  const started = { pid: process.pid, argv: process.argv, execArgv: process.execArgv, cwd: process.cwd(), env };
  const write = (record) => fs.appendFileSync(out, JSON.stringify(record) + '\n');

  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    if (wanted.has(filename)) write({ pid: process.pid, loaded: true });
    return compile.call(this, content, filename, ...rest);
  };
  // However jest is started, the process that leads it asks this for the tests to be run.
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const core = load.call(this, request, ...rest);
    if (request !== '@jest/core') return core;
    write({ pid: process.pid, runner: 'jest' });
    const runCLI = async (...told) => {
      const done = await core.runCLI(...told);
      const { numFailedTests, numPassedTests } = done.results;
      write({ pid: process.pid, tests: [numFailedTests, numPassedTests] });
      return done;
    };
    return Object.create(core, { runCLI: { value: runCLI } });
  };
  // A check that only prints what does not hold leaves the exit code at 0.
  let printed = 0;
  const check = console.assert;
  console.assert = function (condition, ...rest) {
    if (!condition) printed += 1;
    return check.call(this, condition, ...rest);
  };
  write(started);
  // What vitest loads are ES modules, which are not seen; its program has a name of its own.
  let program = '';
  try {
    program = fs.realpathSync(process.argv[1] || '');
  } catch {
    // A script that is not there: node itself will say so.
  }
  if (/[\\/]vitest[\\/](vitest\.mjs|dist[\\/]cli\.js)$/.test(program)) write({ pid: process.pid, runner: 'vitest' });
  process.on('exit', (code) => write({ pid: process.pid, code, printed }));
}
