'use strict';
// Preloaded into every node process of a traced command: writes down how it was started, whether it loads a target
// (CommonJS), and how it ended. `node.py` reads it, and starts `node_server.cjs` in its place.
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
  // A check that only prints what does not hold leaves the exit code at 0.
  let printed = 0;
  const check = console.assert;
  console.assert = function (condition, ...rest) {
    if (!condition) printed += 1;
    return check.call(this, condition, ...rest);
  };
  write(started);
  process.on('exit', (code) => write({ pid: process.pid, code, printed }));
}
