'use strict';
// Runs a command's jest again and again in one process.
//
// The script of the command is run as it stands until it asks jest to start: that tells the configuration, however jest
// was called. The first run is jest's own, in band; later ones go straight to its scheduler, with what the first has
// read and searched. Nothing said here is believed: the caller confirms what passes with the command itself.
const fs = require('node:fs');
const Module = require('node:module');

/** Given to jest as a reporter: notes which tests there are, with what jest knows of their projects. */
class Listener {
  constructor(config) {
    Listener.config = config;
  }
  onTestResult(test) {
    Listener.tests.set(test.path, test);
  }
}
Listener.tests = new Map();
module.exports = Listener;

const QUIET = { silent: true, verbose: false, json: false, notify: false, noStackTrace: true, reporters: [__filename] };
const IN_BAND = { runInBand: true, watch: false, watchAll: false, watchman: false, bail: 0, detectOpenHandles: false };
const UNMEASURED = { coverage: false, collectCoverage: false };

class Jest {
  constructor(core, beside, argv, projects, reads) {
    const { maxWorkers, ...rest } = argv;
    this.argv = { ...rest, ...QUIET, ...IN_BAND, ...UNMEASURED };
    Object.assign(this, { core, projects, reads, within: true, TestWatcher: beside('jest-watcher').TestWatcher });
  }

  files() {
    return [...Listener.tests.keys()];
  }

  async run(files) {
    this.reads.clear();
    const results = await this.results(files);
    const bad = results.testResults.filter((file) => file.failureMessage || file.testExecError);
    return {
      success: results.success,
      loaded: this.reads.size > 0,
      tests: results.testResults.flatMap((file) =>
        file.testResults.map((test) => [file.testFilePath, test.fullName, test.status]),
      ),
      failed: bad.map((file) => file.testFilePath),
    };
  }

  async results(files) {
    const tests = files && files.map((file) => Listener.tests.get(file));
    const setUp = (config) => config && (config.globalSetup || config.globalTeardown);
    if (tests && tests.every((test) => test && !setUp(test.context.config)) && !setUp(Listener.config)) {
      const scheduler = await this.core.createTestScheduler(Listener.config, {});
      return scheduler.scheduleTests(tests, new this.TestWatcher({ isWatchMode: false }));
    }
    const only = { _: files, runTestsByPath: true, findRelatedTests: false, testPathPattern: [], testPathPatterns: [] };
    const { results } = await this.core.runCLI({ ...this.argv, ...(files && only) }, this.projects);
    return results;
  }
}

function begin() {
  const { setup, serve } = require('./runner_channel.cjs');
  process.argv = [process.execPath, setup.main, ...setup.args];
  process.chdir(setup.cwd);
  // jest reads what it loads by itself, with what it takes from `fs` when it is loaded.
  const reads = new Set();
  const read = fs.readFileSync;
  fs.readFileSync = (file, ...rest) => {
    if (setup.targets.includes(String(file))) reads.add(file);
    return read(file, ...rest);
  };
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const core = load.call(this, request, parent, ...rest);
    if (request !== '@jest/core') return core;
    const beside = Module.createRequire(Module._resolveFilename(request, parent));
    const runCLI = (argv, projects) => serve(new Jest(core, beside, argv, projects, reads));
    return Object.create(core, { runCLI: { value: runCLI } });
  };
  load(setup.main, null, true);
}

// jest loads this file once more, as its reporter, out of the cache.
if (require.main === module) begin();
