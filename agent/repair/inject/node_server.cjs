'use strict';
// Runs one script again and again, as `node script` would each time, and says how it ended: `P`, `F`, `T` (out of time),
// `E` (it did not come to load a target).
//
// Commands come in lines, `inline MS` or `worker MS`. Inline: the modules outside node_modules are loaded anew in this
// very process, which takes about a millisecond; whatever else a script leaves behind is cleared as far as it can be.
// Worker: a thread of its own, some twenty milliseconds, for scripts that need a fresh process (node:test, ES modules).
// Nothing said here is believed: the caller confirms what passes with the command itself.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');

const setup = JSON.parse(process.env.AGENT_REPAIR_NODE);
delete process.env.AGENT_REPAIR_NODE;
const answers = fs.openSync(setup.answers, 'w');
const commands = fs.openSync(setup.commands, 'r');
const { main, args, strict } = setup;
const targets = new Set(setup.targets);

const EXIT = new Error('process.exit');
const own = { exit: process.exit.bind(process), setImmediate, setTimeout };
const timers = new Set();
let state = null;

for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
  const real = globalThis[name];
  globalThis[name] = Object.assign((...rest) => {
    const handle = real(...rest);
    timers.add(handle);
    return handle;
  }, real);
}
const check = console.assert;
console.assert = (condition, ...rest) => {
  if (!condition && state) state.printed += 1;
  return check.call(console, condition, ...rest);
};
process.exit = (code) => {
  if (!state) own.exit(code);
  state.left ??= code ?? process.exitCode ?? 0;
  throw EXIT;
};
// What is not loaded this way (ES modules) would not be loaded anew for the next candidate.
const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  if (state && targets.has(filename)) state.loaded = true;
  return compile.call(this, content, filename, ...rest);
};
globalThis.agentRepairRun = () => Module._load(main, null, true);
const script = new vm.Script('agentRepairRun()');

process.on('beforeExit', () => {
  if (state) finish();
  serve();
});
process.on('uncaughtException', (error) => {
  if (!state) return;
  if (error !== EXIT) fail(error);
  finish();
  own.setImmediate(serve);
});
const globals = new Set(Reflect.ownKeys(globalThis));
const listeners = new Map(process.eventNames().map((event) => [event, new Set(process.rawListeners(event))]));

function readLine() {
  const byte = Buffer.alloc(1);
  let line = '';
  for (;;) {
    if (fs.readSync(commands, byte, 0, 1, null) === 0) own.exit(0);
    if (byte[0] === 10) return line;
    line += String.fromCharCode(byte[0]);
  }
}

function answer(text) {
  fs.writeSync(answers, text + '\n');
}

/** How far down the script itself an error arose: the lines of its frames there, added up. */
function depth(error) {
  const stack = String((error && error.stack) || '').split('\n');
  return stack.reduce((sum, frame) => {
    const at = frame.indexOf(main + ':');
    return at < 0 ? sum : sum + (parseInt(frame.slice(at + main.length + 1), 10) || 0);
  }, 0);
}

function fail(error) {
  state.failed = true;
  state.depth = state.depth || depth(error);
}

function serve() {
  for (;;) {
    const [mode, milliseconds] = readLine().split(' ');
    if (mode === 'worker') return thread(Number(milliseconds));
    inline(Number(milliseconds));
    if (state.failed || state.late || state.left !== null) finish();
    else {
      // The rest runs in the event loop; `beforeExit` comes when nothing is left of it.
      own.setImmediate(() => {});
      return;
    }
  }
}

function inline(milliseconds) {
  state = { failed: false, late: false, left: null, printed: 0, depth: 0, loaded: false };
  process.exitCode = undefined;
  process.argv = [process.execPath, main, ...args];
  process.chdir(setup.cwd);
  try {
    script.runInThisContext({ timeout: milliseconds });
  } catch (error) {
    if (error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') state.late = true;
    else if (error !== EXIT) fail(error);
  }
}

function finish() {
  if (!state.failed && !state.late && listeners.size) {
    try {
      const known = listeners.get('exit') || new Set();
      const code = state.left ?? process.exitCode ?? 0;
      for (const listener of process.rawListeners('exit')) if (!known.has(listener)) listener.call(process, code);
    } catch (error) {
      if (error !== EXIT) fail(error);
    }
  }
  const code = state.left ?? process.exitCode ?? 0;
  const passed = !state.failed && !state.late && Number(code) === 0 && !(strict && state.printed);
  const reached = !strict ? state.depth : state.failed ? -1e6 : -state.printed;
  const told = !state.loaded ? 'E' : passed ? 'P' : state.late ? 'T' : 'F ' + reached;
  state = null;
  reset();
  answer(told);
}

function reset() {
  for (const handle of timers) clearTimeout(handle) || clearImmediate(handle);
  timers.clear();
  for (const file of Object.keys(require.cache)) {
    if (file === main || !file.includes(`${path.sep}node_modules${path.sep}`)) delete require.cache[file];
  }
  for (const event of process.eventNames()) {
    const known = listeners.get(event) || new Set();
    for (const listener of process.rawListeners(event)) if (!known.has(listener)) process.removeListener(event, listener);
  }
  for (const key of Reflect.ownKeys(globalThis)) if (!globals.has(key)) delete globalThis[key];
  process.exitCode = undefined;
}

function thread(milliseconds) {
  let late = false;
  let failed = false;
  const worker = new Worker(main, { argv: args, stdout: true, stderr: true, env: process.env });
  worker.stdout.resume();
  worker.stderr.resume();
  const timer = own.setTimeout(() => {
    late = true;
    worker.terminate();
  }, milliseconds);
  worker.on('error', () => (failed = true));
  worker.on('exit', (code) => {
    clearTimeout(timer);
    answer(late ? 'T' : failed || code !== 0 ? 'F 0' : 'P');
    own.setImmediate(serve);
  });
}

answer('ready');
serve();
