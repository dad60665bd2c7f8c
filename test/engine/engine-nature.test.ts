/** The gate asks its engine how it runs once, and hears of it when that changes: here the engine's settings are read anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAccount } from '../support/accounts.ts'
import { importBusybox } from '../support/engine-parts.ts'
import { engineFolder, startInstalled, type InstalledEngine } from '../support/installed-engine.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { execProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

let host: Namespace
let engine: InstalledEngine
const settings = '/etc/docker/daemon.json'
/** Without gate 2 a folder of others may only be bound read-only: so what comes of it says what the gate believes. */
const bind = async () =>
  await execProgram(
    host,
    ['dockerrun', '--rm', '--network', 'none', '--no-home', '-v', '/srv:/srv', 'busybox', 'true'],
    {
      as: 'alice',
    },
  )
const setRuntime = async (name: string) => {
  const daemon = JSON.parse(readFileSync(host.path(settings), 'utf8')) as object
  writeFileSync(host.path(settings), JSON.stringify({ ...daemon, 'default-runtime': name }))
  await engine.reload()
}

beforeAll(async () => {
  host = await startNamespace({})
  makeAccount(host, { login: 'alice', uid: 2001, gid: 2001, groups: [] })
  host.makeFolder('/etc/docker')
  writeFileSync(host.path(settings), `{"data-root": "${engineFolder}/data", "bridge": "lab7"}\n`)
  expect(await execProgram(host, ['dockerrunctl', 'install'])).toMatchObject({ status: 0 })
  engine = await startInstalled(host)
  await importBusybox(engine.api)
  expect(await execProgram(host, ['dockerrunctl', 'cert', 'issue', 'alice'])).toMatchObject({ status: 0 })
})
afterAll(async () => {
  await host.stop()
})

it('knows that gate 2 is there, no longer when the default runtime is another, and again when it is back', async () => {
  expect(await bind()).toMatchObject({ status: 0, stderr: '' })
  await setRuntime('runc')
  await until(async () => (await bind()).stderr.includes('/srv is not yours alone'), { what: 'a denial' })
  await setRuntime('dockerrun')
  await until(async () => (await bind()).status === 0, { what: 'a container' })
})
