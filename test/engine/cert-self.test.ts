/** The sudo rule as installed, with Debian's sudo, and users who bring along all that they may choose. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDaemon, type Daemon } from '../support/daemon.ts'
import { addSudo } from '../support/sudo.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { openNamespace } from '../support/namespace.ts'
import { until } from '../support/until.ts'

let lab: Lab
const record = '/etc/dockerrun/pki/issued.jsonl'
const socket = '/run/docker/plugins/dockerrun.sock'
const self = 'sudo -n dockerrunctl cert issue --self'
const sh = (script: string, as = 'alice') => lab.exec(['sh', '-c', script], as === 'root' ? {} : { as })
const readRecord = () => readFileSync(lab.path(record), 'utf8')
const fileOf = (login: string, name: string) => lab.path(`/home/${login}/.docker/${name}`)
const hasPair = (login: string) =>
  new X509Certificate(readFileSync(fileOf(login, 'cert.pem'))).checkPrivateKey(
    createPrivateKey(readFileSync(fileOf(login, 'key.pem'))),
  )

beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'service', uid: 901, gid: 901 })
  lab.account({ login: 'www', uid: 4010, gid: 4010, shell: '/usr/sbin/nologin' })
  lab.account({ login: 'carol', uid: 4011, gid: 4011 })
  await addSudo(lab)
  expect(await lab.exec(['dockerrunctl', 'install'])).toMatchObject({ status: 0, stderr: '' })
  expect(await sh('visudo -c', 'root')).toMatchObject({ status: 0 })
})
afterAll(() => lab.stop())
beforeEach(async () => {
  await sh('rm -rf /home/*/.docker /home/*/bin /tmp/owned*', 'root')
  // Others' certificates of this day are no matter of what comes.
  rmSync(lab.path(record), { force: true })
})

describe('a certificate by the sudo rule', () => {
  it('is for who asks', async () => {
    expect(await sh(self)).toMatchObject({ status: 0, stderr: '' })
    expect(new X509Certificate(readFileSync(fileOf('alice', 'cert.pem'))).subject).toBe('CN=alice')
    expect(hasPair('alice')).toBe(true)
    expect(JSON.parse(readRecord())).toMatchObject({ login: 'alice', uid: 2001, by: 2001 })
  })

  it.for(['service', 'www', 'nobody'])('is none for %s, who is no person', async (login) => {
    expect(await sh(self, login)).toMatchObject({ status: 125, stdout: '' })
    expect(existsSync(lab.path(record))).toBe(false)
  })

  it.for([
    { name: 'more days', line: `${self} --days 3` },
    { name: 'another CA', line: 'sudo -n dockerrunctl --dir /home/alice/pki cert issue --self' },
    { name: 'a login', line: 'sudo -n dockerrunctl cert issue alice' },
    { name: 'another verb', line: 'sudo -n dockerrunctl cert list' },
    {
      name: "one's own program of that name",
      line: 'mkdir -p bin; ln -sf /bin/id bin/dockerrunctl; sudo -n bin/dockerrunctl cert issue --self',
    },
    { name: "one's own environment", line: `sudo -n -E dockerrunctl cert issue --self` },
    { name: 'a variable', line: 'sudo -n NODE_OPTIONS=--version dockerrunctl cert issue --self' },
  ])('is none with $name: sudo refuses', async ({ line }) => {
    expect(await sh(line)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^sudo: /) })
    expect(existsSync(lab.path(record))).toBe(false)
  })
})

describe('what the environment of a user says', () => {
  /** Whatever is run of these says as whom. */
  const traps = `mkdir -p bin mod && printf '#!/bin/sh\\n/usr/bin/id -u >/tmp/owned-path' >bin/node && chmod 755 bin/node &&
    echo 'require("fs").writeFileSync("/tmp/owned-options", String(process.getuid()))' >trap.js &&
    cp trap.js mod/yargs.js; cp bin/node bin/getent; cp bin/node bin/id;`
  const environment =
    'PATH=$HOME/bin:$PATH NODE_OPTIONS="--require $HOME/trap.js" NODE_PATH=$HOME/mod NODE_V8_COVERAGE=/tmp/owned-coverage ' +
    'NODE_COMPILE_CACHE=/tmp/owned-cache NODE_REDIRECT_WARNINGS=/tmp/owned-warnings DOCKERRUN=1 SUDO_UID=0'

  it.for([
    { name: 'as Debian has it', settings: '' },
    { name: 'without a search path of its own', settings: 'Defaults !secure_path\n' },
    { name: 'that keeps the environment', settings: 'Defaults !env_reset, setenv, !secure_path\n' },
    { name: 'that keeps what Node reads', settings: 'Defaults env_keep += "NODE_* PATH HOME", !secure_path\n' },
  ])('is nothing to the program that runs as root, with a sudo $name', async ({ settings }) => {
    const file = lab.path('/etc/sudoers.d/00-site')
    writeFileSync(file, settings, { mode: 0o440 })
    expect(await sh(`${traps} ${environment} ${self}`)).toMatchObject({ status: 0, stderr: '' })
    expect((await sh('ls /tmp', 'root')).stdout).not.toContain('owned')
    expect(JSON.parse(readRecord())).toMatchObject({ login: 'alice', by: 2001 })
    rmSync(file)
  })
})

describe('a user who gets in the way', () => {
  it('with a limit on the size of files leaves the record whole', async () => {
    expect(await sh(self, 'bob')).toMatchObject({ status: 0 })
    const before = readRecord()
    for (const blocks of [0, 1]) {
      const outcome = await sh(`ulimit -f ${blocks}; ${self}`)
      expect(outcome).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining('ulimit -f') })
    }
    expect(readRecord()).toBe(before)
  })

  it.for([
    { name: 'memory', limit: 'ulimit -v 300000' },
    { name: 'time', limit: 'ulimit -t 0' },
    { name: 'open files', limit: 'ulimit -n 12' },
  ])('without $name leaves the record whole', async ({ limit }) => {
    expect(await sh(self, 'bob')).toMatchObject({ status: 0 })
    await sh(`${limit}; ${self}`)
    const lines = readRecord().split('\n').slice(0, -1)
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow()
    expect(await lab.exec(['dockerrunctl', 'cert', 'list'])).toMatchObject({ status: 0 })
  })

  it.for(['<&-', '>&-', '2>&-', '<&- >&- 2>&-', '>/dev/full 2>&1', '</dev/zero'])(
    'with standard files such as %s writes nothing of ours elsewhere',
    async (redirection) => {
      await sh(`${self} ${redirection}`)
      for (const line of readRecordIfAny()) expect(JSON.parse(line)).toMatchObject({ login: 'alice' })
      if (existsSync(fileOf('alice', 'cert.pem'))) expect(hasPair('alice')).toBe(true)
    },
  )

  it('with many at once has key and certificate of one of them', async () => {
    const { stderr } = await sh(`for each in 1 2 3 4 5 6; do ${self} >/dev/null & done; wait`)
    expect(
      stderr.split('\n').filter((line) => line !== '' && !/made already|try again in a moment/.test(line)),
    ).toEqual([])
    expect(hasPair('alice')).toBe(true)
    for (const line of readRecordIfAny()) expect(JSON.parse(line)).toMatchObject({ login: 'alice' })
    expect((await sh('ls /run/dockerrun-issue', 'root')).stdout).toBe('')
  })

  it('has one at a time, and others have theirs', async () => {
    expect(await sh(self)).toMatchObject({ status: 0 })
    const turn = lab.path('/run/dockerrun-issue/2001')
    // The lab's first process, which does not end.
    writeFileSync(turn, '1')
    const refusal = { status: 125, stdout: '', stderr: expect.stringContaining('is being made already') }
    expect(await sh(self)).toMatchObject(refusal)
    expect(await lab.exec(['dockerrunctl', 'cert', 'issue', 'alice'])).toMatchObject(refusal)
    expect(await sh(self, 'bob')).toMatchObject({ status: 0 })
    rmSync(turn)
  })

  it('has twenty a day, and others have theirs', async () => {
    expect(await sh(self)).toMatchObject({ status: 0 })
    writeFileSync(lab.path(record), readRecord().repeat(20))
    expect(await sh(self)).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('20 certificates within a day'),
    })
    expect(await sh(self, 'carol')).toMatchObject({ status: 0 })
    expect(await lab.exec(['dockerrunctl', 'cert', 'issue', 'alice'])).toMatchObject({ status: 0 })
  })
})

const readRecordIfAny = () => (existsSync(lab.path(record)) ? readRecord().split('\n').filter(Boolean) : [])

describe('the audit log', () => {
  let gate: Daemon | undefined
  const startGate = async (...options: readonly string[]) => {
    gate = startDaemon(openNamespace(lab.record), ['dockerrun-authz', ...options], { log: '/run/lab/gate' })
    await until(() => existsSync(lab.path(socket)), { what: 'the gate', log: gate.tail })
  }
  const stopGate = async () => {
    await gate?.stop()
    rmSync(lab.path(socket), { force: true })
  }
  const audit = async (...args: readonly string[]) =>
    (await lab.exec(['dockerrunctl', 'audit', ...args, '--json'])).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('has who got which certificate, and what was revoked', async () => {
    await startGate()
    expect(await sh(self)).toMatchObject({ status: 0, stderr: '' })
    expect(await lab.exec(['dockerrunctl', 'cert', 'issue', 'bob'])).toMatchObject({ status: 0, stderr: '' })
    expect(await lab.exec(['dockerrunctl', 'cert', 'server'])).toMatchObject({ status: 0, stderr: '' })
    const { serialNumber } = new X509Certificate(readFileSync(fileOf('alice', 'cert.pem')))
    expect(await lab.exec(['dockerrunctl', 'cert', 'revoke', '--user', 'alice'])).toMatchObject({
      status: 0,
      stderr: '',
    })
    const common = { user: 'alice', object: serialNumber, verdict: 'allow' }
    expect(await audit('--user', 'alice')).toMatchObject([
      { operation: 'CertificateIssue', by: 2001, uid: 2001, ...common },
      { operation: 'CertificateRevoke', by: 0, ...common },
    ])
    expect(await audit('--user', 'bob')).toMatchObject([{ operation: 'CertificateIssue', by: 0, uid: 2002 }])
    expect(await audit('--user', 'root')).toMatchObject([{ names: expect.arrayContaining(['localhost']) }])
    const { stdout } = await lab.exec(['dockerrunctl', 'audit', '--user', 'alice'])
    expect(stdout).toMatch(new RegExp(`allow +alice +CertificateIssue +${serialNumber}$`, 'm'))
    await stopGate()
  })

  it('that cannot be written gives users none; administrators go on, and are told', async () => {
    await startGate('--audit', '/dev/full')
    expect(await sh(self)).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining('cannot be recorded'),
    })
    expect(existsSync(fileOf('alice', 'cert.pem'))).toBe(false)
    for (const args of [
      ['issue', 'bob'],
      ['revoke', '--user', 'bob'],
    ])
      expect(await lab.exec(['dockerrunctl', 'cert', ...args])).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(
          /^dockerrunctl: the gate could not write its audit log.*: this is on record in .*\n$/,
        ),
      })
    await stopGate()
  })

  it('of a gate that has died is missed by users; one that was never there is not', async () => {
    await startGate()
    await gate?.signal('SIGKILL')
    await until(() => gate?.isRunning() === false, { what: 'the end of the gate' })
    expect(await sh(self)).toMatchObject({ status: 125, stderr: expect.stringContaining('no gate answers') })
    await stopGate()
    expect(await sh(self)).toMatchObject({ status: 0, stderr: '' })
  })

  it('is asked by root alone', async () => {
    await startGate()
    chmodSync(lab.path('/run/docker/plugins'), 0o755)
    const { stderr } = await sh(
      `node -e "require('http').request({socketPath:'${socket}',method:'POST',path:'/Dockerrun.Certificates'}).end('[]')"`,
    )
    expect(stderr).toContain('EACCES')
    await stopGate()
  })
})
