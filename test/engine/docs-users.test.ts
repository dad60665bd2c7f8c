/** The user guide, on a host that is set up as install.md says: what ada types, and what she then sees. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { itRuns } from '../support/docs.ts'
import { type DocsHost, setUp, startHost } from '../support/docs-host.ts'
import { checkout, readPackages } from '../support/packages.ts'

/** Compose, which Debian has as a plugin of docker's client from trixie on. */
const addCompose = (): void => {
  const unpacked = readPackages(['docker-compose'], join(checkout, '.lab', 'compose'), 'trixie')
  const folder = host.lab.path('/usr/local/lib/docker/cli-plugins')
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(unpacked, 'usr/libexec/docker/cli-plugins/docker-compose'), join(folder, 'docker-compose'))
}

let host: DocsHost
beforeAll(async () => {
  host = await startHost()
  addCompose()
  await setUp(host)
})
afterAll(async () => await host[Symbol.asyncDispose]())

itRuns('docs/user-guide.md', () => host)
