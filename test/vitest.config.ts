import { defineConfig } from 'vitest/config'

const project = (name: string, timeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeout, hookTimeout: timeout },
})

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    projects: [project('unit', 5_000), project('contract', 20_000), project('attacks', 5_000), project('engine', 120_000)],
  },
})
