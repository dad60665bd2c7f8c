/** Doctor on a host that dockerrunctl install has set up: each fault, planted for real, is found, and what doctor prints mends it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/admin/doctor.ts'
import { makeAccount } from '../support/accounts.ts'
import { importBusybox } from '../support/engine-parts.ts'
import { startInstalled } from '../support/installed-engine.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { execProgram } from '../support/program.ts'
import { until } from '../support/until.ts'
import { engineFaults } from './doctor-engines.ts'
import { hostFaults } from './doctor-faults.ts'
import type { Fault, Site } from './doctor-site.ts'

let host: Namespace
let site: Site
let usual: readonly string[] = []
/** Planted, and not mended: whatever is found after it says nothing. */
let left: string | undefined

const doctor = async () => {
  const { status, stdout, stderr } = await execProgram(host, ['dockerrunctl', 'doctor', '--json'])
  expect(stderr).toBe('')
  return { status, findings: JSON.parse(stdout) as readonly Finding[] }
}
/** Beyond the notices that this host always has. */
const find = async () => (await doctor()).findings.filter(({ id }) => !usual.includes(id))

const perform = async (deed: string | ((of: Site) => Promise<void>)) => {
  if (typeof deed === 'string') await site.sh(deed)
  else await deed(site)
}

/** No systemd is there: what its commands would do is done by hand, and all others are run as they were printed. */
const byHand: Readonly<Record<string, () => Promise<void>>> = {
  'systemctl restart docker': async () => {
    await site.engine.stop()
    await site.engine.start()
  },
  'systemctl restart dockerrun-authz': async () => await site.engine.restartGate(),
}

const runRemedy = async (remedy: string) => {
  for (const command of remedy.split(' && ')) await perform(byHand[command] ?? command)
  // kill(1) does not wait for what it ends.
  const [, pid] = /^kill ([0-9]+)$/.exec(remedy) ?? []
  if (pid !== undefined) await until(() => !existsSync(host.path(`/proc/${pid}`)), { what: `the end of ${pid}` })
}

beforeAll(async () => {
  host = await startNamespace({})
  makeAccount(host, { login: 'alice', uid: 2001, gid: 2001, groups: [{ name: 'beam', gid: 3000 }] })
  makeAccount(host, { login: 'bob', uid: 2002, gid: 2002 })
  mkdirSync(host.path('/etc/docker'), { recursive: true })
  writeFileSync(host.path('/etc/docker/daemon.json'), JSON.stringify({ 'data-root': '/run/inst/data', bridge: 'lab7' }))
  const sh = async (script: string, as?: string) => {
    const { status, stdout, stderr } = await execProgram(host, ['sh', '-c', script], as === undefined ? {} : { as })
    if (status !== 0) throw new Error(`${script}: status ${status}\n${stdout}${stderr}`)
    return stdout
  }
  await sh('dockerrunctl install')
  site = { host, sh, engine: await startInstalled(host) }
  await importBusybox(site.engine.api)
  await sh('dockerrunctl cert issue alice')
})
afterAll(async () => {
  await host.stop()
})

describe('a host that dockerrunctl install has set up', () => {
  it('has nothing worse than notices', async () => {
    const { status, findings } = await doctor()
    expect(findings.filter(({ severity }) => severity !== 'notice')).toEqual([])
    expect(status).toBe(0)
    usual = findings.map(({ id }) => id)
  })

  it.for([...hostFaults, ...engineFaults])(
    'has $fault: found, and mended as doctor says',
    async ({ fault, ids, plant, byHand: hand, after }: Fault) => {
      expect(left).toBeUndefined()
      left = fault
      await perform(plant)
      const found = await find()
      expect(found.map(({ id }) => id)).toEqual(ids)
      const [finding] = found
      expect(finding?.isCommand).toBe(hand === undefined)
      if (hand === undefined) await runRemedy(finding?.remedy ?? '')
      else await perform(hand)
      expect(await find()).toEqual([])
      if (after !== undefined) await perform(after)
      left = undefined
    },
  )

  it('says by its status that there is something', async () => {
    await site.sh('chmod 0644 /etc/dockerrun/pki/ca-key.pem')
    const { status, stdout } = await execProgram(host, ['dockerrunctl', 'doctor'])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^critical: the CA's key: others may read .*\n {2}who reads it .*\n {2}# chown root .*\n/)
    await site.sh('chmod 0600 /etc/dockerrun/pki/ca-key.pem')
  })
})
