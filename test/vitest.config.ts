import { defineConfig } from 'vitest/config'

const seconds = { unit: 10, contract: 20, attacks: 10, engine: 120, property: 120 }
const onEngines = ['engine', 'property']
const hasEngine = process.env['ENGINE_TESTS'] !== 'off'
if (!hasEngine) process.stderr.write('ENGINE_TESTS=off: nothing is tried on a real engine\n')

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    projects: Object.entries(seconds)
      .filter(([name]) => hasEngine || !onEngines.includes(name))
      .map(([name, limit]) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: limit * 1000,
          hookTimeout: limit * 1000,
          globalSetup: onEngines.includes(name) ? ['test/support/lab-setup.ts'] : [],
        },
      })),
  },
})
