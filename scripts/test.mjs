/**
 * `npm test`: every check in order, up to the first that fails. `npm test unit e2e` runs only those steps.
 * The last line is always `N passed, N failed, N skipped`; with CI=true, a skip is a failure.
 */

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './browsers.mjs';
import { build } from './build.mjs';
import { ROOT, runNode, tool } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

const RESULTS = join(ROOT, 'node_modules/.cache/test');
const NONE = { passed: 0, failed: 0, skipped: [] };

const STEPS = {
  setup: () => ensureInstalled().then(() => NONE),
  types: () => check([tool('tsc', 'typescript'), '-b']),
  lint: () => check([tool('biome', '@biomejs/biome'), 'check', '.']),
  unit: () => vitest('node'),
  browser: () => withChromium(() => vitest('browser')),
  e2e: () => withChromium(playwright),
};

/** A step without tests of its own: a failure counts as one. */
async function check(command) {
  return { ...NONE, failed: (await runNode(command)) === 0 ? 0 : 1 };
}

async function withChromium(run) {
  const { path, hint } = findChromium();
  if (path !== null) return run();
  return { ...NONE, skipped: [`the whole step: no Chromium found. ${hint}`] };
}

async function vitest(project) {
  const file = resultFile(project);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runNode([tool('vitest'), 'run', '--project', project, ...reporters]);
  const tests = read(file)?.testResults.flatMap((suite) => suite.assertionResults) ?? [];
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
  return judged(code, {
    passed: count('passed').length,
    failed: count('failed').length,
    skipped: count('pending', 'skipped', 'todo', 'disabled').map(({ fullName }) => fullName),
  });
}

async function playwright() {
  await build('e2e');
  const file = resultFile('e2e');
  const code = await runNode([tool('playwright', '@playwright/test'), 'test'], { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const specs = read(file)?.suites.flatMap(specsOf) ?? [];
  const count = (...statuses) => specs.filter(({ tests }) => tests.some(({ status }) => statuses.includes(status)));
  return judged(code, {
    passed: count('expected').length,
    failed: count('unexpected', 'flaky').length,
    skipped: count('skipped').map(({ title }) => title),
  });
}

/** A step that could not even be run has failed, and the summary still has to be printed. */
async function attempt(step) {
  try {
    return await step();
  } catch (error) {
    console.error(error);
    return { ...NONE, failed: 1 };
  }
}

const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

/** A run that ended badly without a failing test (none found, a crash, an unhandled error) is a failure all the same. */
const judged = (code, counts) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

function resultFile(name) {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

/** The results that a run has written, or undefined when it did not come that far. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function summary(rows) {
  console.log('\nstep      passed  failed  skipped');
  for (const { name, counts } of rows) {
    if (!counts) console.log(`${name.padEnd(8)}  not run`);
    else {
      const numbers = [counts.passed, counts.failed, counts.skipped.length].map((n) => String(n).padStart(6));
      console.log(`${name.padEnd(8)}  ${numbers.join('  ')}`);
      for (const what of counts.skipped) console.log(`          skipped: ${what}`);
    }
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STEPS));
if (unknown.length > 0)
  throw new Error(`No such step: ${unknown.join(', ')}. There are ${Object.keys(STEPS).join(', ')}.`);

const rows = [];
for (const name of asked.length > 0 ? ['setup', ...asked] : Object.keys(STEPS)) {
  const stopped = rows.some(({ counts }) => !counts || counts.failed > 0);
  if (!stopped) console.log(`\n── ${name} ──`);
  rows.push({ name, counts: stopped ? null : await attempt(STEPS[name]) });
}
summary(rows);
const all = rows.flatMap(({ counts }) => (counts ? [counts] : []));
const sum = (of) => all.reduce((total, counts) => total + of(counts), 0);
const [passed, failed, skipped] = [sum((c) => c.passed), sum((c) => c.failed), sum((c) => c.skipped.length)];
const strict = process.env.CI === 'true';
if (strict && skipped > 0) console.log('With CI=true nothing may be skipped.');
process.exitCode = failed > 0 || (strict && skipped > 0) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
