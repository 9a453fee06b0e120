// Runs a command's vitest again and again in one process: the transformed modules stay, those of the candidate are
// transformed anew, and the tests run in the workers that the project asks for.
//
// Nothing said here is believed: the caller confirms what passes with the command itself.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { setup, serve } = createRequire(import.meta.url)('./runner_channel.cjs');
/** Of a run in one worker that stays: node 20 may crash when it clears away contexts that are no longer used. */
const TRIES = 3;
const QUICK = { pool: 'vmForks', poolOptions: { vmForks: { memoryLimit: '512MB' } }, maxWorkers: 1, minWorkers: 1 };
const STATUSES = { pass: 'passed', fail: 'failed' };

class Vitest {
  /** Starts it as the command does; with `quick`, in one worker that stays, in which each file has a context of its own. */
  async open(quick) {
    const own = quick ? { ...options, ...QUICK } : options;
    Object.assign(this, { vitest: await createVitest('test', own), quick, started: false });
    return this;
  }

  files() {
    return this.vitest.state.getFilepaths();
  }

  async run(files) {
    const { vitest } = this;
    for (const { graph, module } of this.known()) graph.invalidateModule(module);
    let found;
    for (let tries = this.quick ? TRIES : 1; tries > 0; tries -= 1) {
      if (files && this.started) await vitest.rerunFiles(files);
      else await vitest.start(filter);
      this.started = true;
      found = vitest.state.getFiles(files);
      // A worker that has crashed leaves an error and files without a result.
      const done = found.length >= (files?.length ?? 1) && found.every((file) => file.result);
      if (done || !vitest.state.getUnhandledErrors().length) break;
    }
    const bad = found.filter((file) => file.result?.state === 'fail' || tests(file).some(([, , s]) => s === 'failed'));
    const errors = vitest.config.dangerouslyIgnoreUnhandledErrors ? [] : vitest.state.getUnhandledErrors();
    return {
      success: found.length > 0 && !bad.length && !errors.length,
      loaded: this.known().some(({ module }) => module.transformResult || module.ssrTransformResult),
      tests: found.flatMap(tests),
      failed: bad.map((file) => file.filepath),
    };
  }

  async settle(results) {
    const own = this.vitest;
    await this.open(true);
    const same = told(await this.run()) === told(results);
    await (same ? own : this.vitest).close();
    if (!same) Object.assign(this, { vitest: own, quick: false });
    return same;
  }

  /** The targets as modules, in each project that has loaded them. */
  known() {
    return this.vitest.projects.flatMap((project) => {
      const graph = (project.vite ?? project.server).moduleGraph;
      return setup.targets.flatMap((target) =>
        [...(graph.getModulesByFile(target) ?? [])].map((module) => ({ graph, module })),
      );
    });
  }
}

function tests(file) {
  const walk = (tasks, names) =>
    tasks.flatMap((task) => {
      const own = [...names, task.name];
      if (task.tasks) return walk(task.tasks, own);
      return [[file.filepath, own.join(' > '), STATUSES[task.result?.state] ?? 'skipped']];
    });
  return walk(file.tasks, []);
}

/** What became of each test, as one text. */
function told(results) {
  return JSON.stringify([results.success, results.tests.map(String).sort()]);
}

process.argv = [process.execPath, setup.main, ...setup.args];
process.chdir(setup.cwd);
process.env.TEST = process.env.VITEST = 'true';
process.env.NODE_ENV ??= 'test';
const program = fs.realpathSync(setup.main);
const folder = program.slice(0, program.lastIndexOf(`${path.sep}vitest${path.sep}`) + 8);
const { createVitest, parseCLI } = await import(pathToFileURL(path.join(folder, 'dist', 'node.js')).href);
const { filter, options } = parseCLI(['vitest', ...setup.args]);
if (options.exclude) options.cliExclude = [options.exclude].flat();
delete options.exclude;
Object.assign(options, { watch: false, run: true, silent: true, ui: false, open: false, bail: 0, reporters: [{}] });
options.coverage = { ...options.coverage, enabled: false };
await serve(await new Vitest().open(setup.known?.quick));
