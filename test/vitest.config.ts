import { defineConfig } from 'vitest/config'

/** Generated requests to a real engine take minutes: PROPERTY=on. */
const hasProperty = process.env['PROPERTY'] === 'on'
const seconds = { unit: 10, contract: 20, attacks: 10, engine: 120, ...(hasProperty ? { property: 120 } : {}) }
const hasEngine = process.env['ENGINE_TESTS'] !== 'off'
if (!hasEngine) process.stderr.write('ENGINE_TESTS=off: nothing is tried on a real engine\n')

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    projects: Object.entries(seconds)
      .filter(([name]) => name !== 'engine' || hasEngine)
      .map(([name, limit]) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: limit * 1000,
          hookTimeout: limit * 1000,
          globalSetup: name === 'engine' || name === 'property' ? ['test/support/lab-setup.ts'] : [],
        },
      })),
  },
})
