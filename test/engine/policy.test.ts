/** The policy file as shipped programs take it: dockerrunctl with real accounts, and a running gate. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { until } from '../support/until.ts'

let lab: Lab

beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'DOM\\grace', uid: 4002, gid: 4100, group: 'domain users', nssOnly: true })
})
afterAll(() => lab.stop())

const write = (file: string, text: string, mode = 0o644) => {
  writeFileSync(lab.path(file), text)
  chmodSync(lab.path(file), mode)
}
const policy = (...args: readonly string[]) => lab.exec(['dockerrunctl', 'policy', ...args])
/** Columns parted by one space. */
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' '))

describe('dockerrunctl policy check', () => {
  beforeAll(() => mkdirSync(lab.path('/etc/dockerrun'), { recursive: true, mode: 0o755 }))

  it('says that the file in force is good, and what it says in vain', async () => {
    expect(await policy('check')).toMatchObject({ status: 0, stdout: expect.stringContaining('is not there') })
    write('/etc/dockerrun/policy.yaml', "groups: {'domain users': {lists: own}, nope: {lists: own}}\n")
    expect(await policy('check')).toEqual({
      status: 0,
      stdout: '/etc/dockerrun/policy.yaml is a good policy\nwarning: groups.nope: NSS knows no group nope\n',
      stderr: '',
    })
  })

  it('refuses what the gate would refuse, by its line or by who could write it', async () => {
    write('/etc/dockerrun/policy.yaml', 'everyone:\n  lists: mine\n')
    expect(await policy('check')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'dockerrunctl: /etc/dockerrun/policy.yaml: line 2: everyone.lists: expected all or own, not "mine"\n' +
        'dockerrunctl: hint: man 5 dockerrun-policy has every key\n',
    })
    write('/etc/dockerrun/policy.yaml', 'socket: admin\n', 0o666)
    expect(await policy('check')).toMatchObject({ status: 1, stderr: expect.stringContaining('by others than root') })
  })

  it("takes anybody's draft, and says where it is no use", async () => {
    write('/home/alice/draft.yaml', 'everyone: {lists: own}\n', 0o666)
    expect(await lab.exec(['dockerrunctl', 'policy', 'check', 'draft.yaml'], { as: 'alice' })).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^draft\.yaml is a good policy\nwarning: the gate would not take it where it is: .*\n$/,
      ),
      stderr: '',
    })
    expect(await policy('check', '/home/alice/none.yaml')).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('dockerrunctl policy show', () => {
  const text = `
administrators: {users: [bob]}
everyone: {limits: {memory: 1g}}
groups: {'domain users': {limits: {memory: 2g}}, beam: {lists: own}}
`
  it('shows what is granted to members of a group whose name has a space, which only NSS knows', async () => {
    write('/run/show.yaml', text)
    const { status, stdout, stderr } = await policy('show', '--policy', '/run/show.yaml', '--as', 'DOM\\grace')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(lines(stdout)).toContain('limits.memory groups.domain users 2g')
    expect(lines(stdout)).toContain('lists default all')
  })

  it('is for who calls, also behind sudo, and short for an administrator', async () => {
    write('/run/show.yaml', text)
    const line = ['dockerrunctl', 'policy', 'show', '--policy', '/run/show.yaml']
    const own = await lab.exec(line, { as: 'alice' })
    expect(lines(own.stdout)).toContain('lists groups.beam own')
    expect((await lab.exec(line, { env: { SUDO_UID: '2001' } })).stdout).toBe(own.stdout)
    expect((await lab.exec(line, { as: 'bob' })).stdout).toMatch(/^bob is an administrator/)
    expect(await policy('show', '--as', 'nobody-here')).toMatchObject({ status: 125, stdout: '' })
  })
})

describe('a running gate', () => {
  let engine: Engine
  const file = '/run/lab/engines/policy/gate/policy.yaml'
  const statusFor = async (login: string) => (await engine.apiAs(login, { path: '/plugins' })).status
  const becomes = (status: number) =>
    until(async () => (await statusFor('alice')) === status, { what: `${status} for alice`, log: engine.gate.log })

  beforeAll(async () => {
    engine = await lab.engine({ name: 'policy', loadImage: false, policy: '' })
    await Promise.all(['alice', 'bob'].map(engine.login))
  })

  it('follows its file: written in place, replaced by rename, broken and mended', async () => {
    await becomes(403)
    write(file, 'administrators: {users: [alice]}\n')
    await becomes(200)
    expect(await statusFor('bob')).toBe(403)
    write(file, 'administrators: {users: [alice, bob]}\nadministators: {}\n')
    await until(() => engine.gate.log().includes('line 2: administators: no such key'), { what: 'a word about it' })
    expect(engine.gate.log()).toContain('did you mean administrators?: the policy of before stays in force')
    expect([await statusFor('alice'), await statusFor('bob')]).toEqual([200, 403])
    write(`${file}.new`, 'administrators: {users: []}\n')
    renameSync(lab.path(`${file}.new`), lab.path(file))
    await becomes(403)
  })

  it('denies users everything where its file is broken at the start, leaves root alone, and goes on when it is mended', async () => {
    await engine.gate.stop()
    write(file, 'administrators: {users: [alice]}\nadministators: {}\n')
    await engine.gate.start()
    expect((await engine.api({ path: '/plugins' })).status).toBe(200)
    for (const login of ['alice', 'bob'])
      expect(await engine.apiAs(login, { path: '/_ping' })).toMatchObject({
        status: 403,
        body: expect.stringContaining('policy file is broken'),
      })
    write(file, 'administrators: {users: [alice]}\n')
    await becomes(200)
  })
})
