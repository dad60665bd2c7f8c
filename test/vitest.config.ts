import { defineConfig } from 'vitest/config'

const seconds = { unit: 5, contract: 20, attacks: 5, engine: 120 }
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
          globalSetup: name === 'engine' ? ['test/support/lab-setup.ts'] : [],
        },
      })),
  },
})
