import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  // One at a time: calls are about time, and two browsers each on two cores are enough.
  workers: 1,
  // A test that passes the second time has found something.
  retries: 0,
  timeout: 60_000,
  // Every wait is for a condition; this is for a machine that has other things to do as well.
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI === 'true',
  // scripts/test.mjs names the file of the second one.
  reporter: [['list'], ['json', { outputFile: 'node_modules/.cache/test/e2e.json' }]],
});
