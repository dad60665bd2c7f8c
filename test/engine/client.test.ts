/** The client where its surroundings are slow, broken or odd: nothing is lost, nothing hangs, and what failed is said in a line. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import type { Running } from '../support/program.ts'
import { until } from '../support/until.ts'
import { startRelay } from './relay.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'carol', uid: 2003, gid: 2003, home: '/home/carol' })
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'carol'].map(engine.login))
})
afterAll(() => lab.stop())
afterEach(async () => {
  for (const { Id } of await engine.containers())
    await engine.api({ method: 'DELETE', path: `/containers/${Id}?force=1` })
})

type More = { as?: string; env?: Readonly<Record<string, string>>; cwd?: string; seconds?: number }

const options = ({ as = 'alice', env, ...more }: More) => ({ as, env: { ...engine.env(as), ...env }, ...more })
const run = (argv: readonly string[], more: More = {}) => lab.exec(argv, options(more))
const spawn = (argv: readonly string[], more: More = {}) => lab.spawn(argv, options(more))
const isGone = async () => (await engine.containers()).length === 0
const aFailure = /^dockerrun: .+\ndockerrun: hint: .+\n$/

describe('output', () => {
  it.for([
    { name: 'stdout', redirection: '' },
    { name: 'stderr', redirection: '>&2' },
  ])('is whole on $name when its reader is slow', async ({ redirection }) => {
    const loop = `for i in $(seq 1 75); do head -c 1000 /dev/zero ${redirection}; done`
    const client = `{ dockerrun --rm busybox sh -c '${loop}'; : > ~/ended; }`
    const line = `mkfifo ~/go; ${client} 2>&1 | { read -r go < ~/go; wc -c; }; rm ~/go ~/ended`
    const running = spawn(['bash', '-c', line])
    await until(async () => !(await isGone()), { what: 'the container' })
    await until(isGone, { what: 'its end' })
    // By then a client that waits for nothing would have gone.
    await run(['dockerrun', '--rm', 'busybox', 'true'])
    expect(await hasFile('ended')).toBe(false)
    await lab.exec(['sh', '-c', 'echo go > /home/alice/go'])
    expect((await running.done).stdout).toBe('75000\n')
  })

  it('of a connection that is lost is no success', async () => {
    await using relay = await startRelay(lab, engine, 'reset', '/attach')
    const script = 'echo ready; exec sleep 1000'
    const { status, stderr } = await run(['dockerrun', '--rm', 'busybox', 'sh', '-c', script], { env: relay.env })
    expect(status).toBe(125)
    expect(stderr).toMatch(aFailure)
    expect(stderr).toMatch(/connection.*lost/)
  })

  it('that a command does not read to its end is no failure', async () => {
    const line = 'yes | head -c 30000000 | dockerrun --rm -i busybox head -n 1'
    expect(await run(['bash', '-c', line])).toEqual({ status: 0, stdout: 'y\n', stderr: '' })
  })
})

describe('links in the way to the cache', () => {
  it('in XDG_CACHE_HOME', async () => {
    await run(['sh', '-c', 'mkdir ~/real; ln -s real ~/link'])
    expect(
      await run(['dockerrun', '--rm', 'busybox', 'whoami'], { env: { XDG_CACHE_HOME: '/home/alice/link' } }),
    ).toEqual({ status: 0, stdout: 'alice\n', stderr: '' })
  })

  it('in the home', async () => {
    await lab.exec(['sh', '-c', 'mv /home/carol /srv/carol; ln -s /srv/carol /home/carol'])
    expect(await run(['dockerrun', '--rm', 'busybox', 'sh', '-c', 'whoami; pwd'], { as: 'carol' })).toEqual({
      status: 0,
      stdout: 'carol\n/home/carol\n',
      stderr: '',
    })
  })
})

describe('a signal', () => {
  it('ends what hangs on NSS', async () => {
    const running = spawn(['dockerrun', '--rm', 'busybox', 'id'], { env: slowNss('asked') })
    await until(() => hasFile('asked'), { what: 'getent' })
    await running.signal('SIGINT')
    expect(await running.done).toMatchObject({ status: 130, stdout: '' })
  })

  it.for([
    { name: 'does not answer', pattern: '/images/' },
    { name: 'does not answer the creation', pattern: '/containers/create' },
    { name: 'does not let attach', pattern: '/attach' },
  ])('ends what hangs on an engine that $name', async ({ pattern }) => {
    await using relay = await startRelay(lab, engine, 'freeze', pattern)
    const running = spawn(['dockerrun', '--rm', 'busybox', 'id'], { env: relay.env })
    await until(relay.hasStruck, { what: 'the engine frozen' })
    await running.signal('SIGTERM')
    expect(await running.done).toMatchObject({ status: 143, stdout: '' })
    expect(await isGone()).toBe(true)
  })

  it('that comes for the third time ends the client, whatever hangs', async () => {
    await using relay = await startRelay(lab, engine, 'freeze', '/start')
    const running = spawn(['dockerrun', '--rm', 'busybox', 'id'], { env: relay.env })
    await until(relay.hasStruck, { what: 'the engine frozen' })
    await signalUntilEnd(running, 'SIGINT')
    expect(await running.done).toMatchObject({ status: 130, stdout: '' })
  })

  it('that comes for the third time ends the client of a command that ignores it', async () => {
    const script = "trap '' INT TERM; echo ready; while :; do sleep 1; done"
    const running = spawn(['dockerrun', '--rm', 'busybox', 'sh', '-c', script])
    await until(() => running.output() === 'ready\n', { what: 'the command' })
    await signalUntilEnd(running, 'SIGTERM')
    expect((await running.done).status).toBe(143)
    expect(await isGone()).toBe(false)
  })

  it('is not for a stranger who has the number of the process', async () => {
    const victim = spawn(['dockerrun', '--name', 'victim', 'busybox', 'sh', '-c', 'echo ready; exec sleep 1000'])
    await until(() => victim.output() === 'ready\n', { what: 'the victim' })
    const { State } = JSON.parse((await engine.api({ path: '/containers/victim/json' })).body) as {
      State: { Pid: number }
    }
    await using relay = await startRelay(lab, engine, 'pid', String(State.Pid))
    const script = "trap 'echo felt; exit 3' USR1; echo ready; while :; do sleep 0.1; done"
    const running = spawn(['dockerrun', '--rm', 'busybox', 'sh', '-c', script], { env: relay.env })
    await until(() => running.output() === 'ready\n', { what: 'the command' })
    await running.signal('SIGUSR1')
    expect(await running.done).toMatchObject({ status: 3, stdout: 'ready\nfelt\n' })
    expect((await engine.containers()).map(({ Names }) => Names)).toEqual([['/victim']])
    await victim.signal('SIGINT')
    expect((await victim.done).status).toBe(130)
  })

  const signalUntilEnd = async (running: Running, name: NodeJS.Signals) => {
    let ended = false
    void running.done.then(() => (ended = true))
    const isEnded = async () => {
      if (!ended) await running.signal(name).catch(() => {})
      return ended
    }
    await until(isEnded, { what: 'the end of the client', seconds: 10 })
  }
})

describe('what hangs or is closed', () => {
  it('NSS that does not answer is a failure after a while', async () => {
    const { status, stderr } = await run(['dockerrun', '--rm', 'busybox', 'id'], { env: slowNss('again'), seconds: 40 })
    expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringMatching(aFailure) as string })
    expect(stderr).toContain('getent')
  })

  it.for([
    { name: 'that is closed', cache: '/srv/closed' },
    { name: 'where mkdir -p would go round for ever', cache: '/proc' },
  ])('a cache $name is one notice', async ({ cache }) => {
    await lab.exec(['install', '-d', '-m', '700', '/srv/closed'])
    const outcome = await run(['dockerrun', '--rm', 'busybox', 'echo', 'x'], {
      env: { XDG_CACHE_HOME: cache },
      seconds: 20,
    })
    expect(outcome).toMatchObject({ status: 0, stdout: 'x\n' })
    expect(outcome.stderr).toMatch(/^dockerrun: .*cannot write in .*\n$/)
  })
})

describe('binds', () => {
  beforeAll(async () => {
    await lab.exec(['install', '-d', '-o', 'alice', '/srv/x', '/srv/work', '/srv/work/data', '/srv/d', '/srv/d/below'])
  })

  it.for([
    { name: 'inside the home', argv: ['-v', '/srv/x:/home/alice/sub'], says: /--no-home/ },
    { name: 'around the home', argv: ['-v', '/srv/x:/home'], says: /--no-home/ },
    { name: 'inside the working directory', argv: ['-v', './data:/srv/work/data'], says: /--no-cwd/ },
  ])('$name: the way out is named', async ({ argv, says }) => {
    const { status, stderr } = await run(['dockerrun', '--rm', ...argv, 'busybox', 'id'], { cwd: '/srv/work' })
    expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringMatching(aFailure) as string })
    expect(stderr).toMatch(says)
    const open = ['dockerrun', '--rm', '--no-home', '--no-cwd', ...argv, 'busybox', 'true']
    expect(await run(open, { cwd: '/srv/work' })).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('around the working directory take its place', async () => {
    const argv = ['-v', '/srv/work:/srv/work', 'busybox', 'sh', '-c', 'pwd; ls /srv/work']
    expect(await run(['dockerrun', '--rm', ...argv], { cwd: '/srv/work/data' })).toEqual({
      status: 0,
      stdout: '/srv/work/data\ndata\n',
      stderr: '',
    })
  })

  it.for(['readonly,bind-nonrecursive', 'bind-nonrecursive=true', 'bind-propagation=rprivate,bind-nonrecursive=false'])(
    'type=bind,%s is taken as docker takes it',
    async (words) => {
      const mount = `type=bind,source=/srv/d,target=/d,${words}`
      expect(await run(['dockerrun', '--rm', '--mount', mount, 'busybox', 'ls', '/d'])).toEqual({
        status: 0,
        stdout: 'below\n',
        stderr: '',
      })
    },
  )
})

it('a variable that env(1) would take for an option is in no one’s way', async () => {
  const argv = ['dockerrun', '--rm', '-e', '-x=1', '-e', 'a.b=2', 'busybox', 'env']
  const { status, stdout, stderr } = await run(argv)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('a.b=2\n')
})

describe('dockerexec', () => {
  it.for([
    { name: 'that is missing', command: 'nosuch', status: 127 },
    { name: 'that is missing at its path', command: '/no/such', status: 127 },
    { name: 'that is no program', command: '/etc/passwd', status: 126 },
  ])('of a command $name says so on stderr alone', async ({ command, status }) => {
    await run(['dockerrun', '-d', '--name', 'work', 'busybox', 'sleep', '1000'])
    for (const flags of [[], ['-t'], ['-d']]) {
      const outcome = await run(['dockerexec', ...flags, 'work', command])
      expect({ flags, ...outcome }).toMatchObject({ flags, status, stdout: '' })
      expect(outcome.stderr).toMatch(/^dockerexec: .+\ndockerexec: hint: .+\n$/)
    }
  })

  it('shows what a command says that only sounds like the engine', async () => {
    await run(['dockerrun', '-d', '--name', 'work', 'busybox', 'sleep', '1000'])
    const words = 'OCI runtime exec failed: exec: "x": executable file not found in $PATH'
    const argv = ['dockerexec', 'work', 'sh', '-c', 'echo "$1"; exit 127', 'sh', words]
    expect(await run(argv)).toEqual({ status: 127, stdout: `${words}\n`, stderr: '' })
    const many = await run(['dockerexec', 'work', 'sh', '-c', 'head -c 5000000 /dev/zero; exit 126'])
    expect({ status: many.status, length: many.stdout.length }).toEqual({ status: 126, length: 5_000_000 })
  })
})

const freshKey =
  'require("fs").writeFileSync(process.argv[1], require("crypto").generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }))'

describe('a certificate folder is one line and a hint', () => {
  it.for([
    {
      name: 'with the key of another',
      break: (folder: string) => `node -e '${freshKey}' ${folder}/key.pem`,
      says: /key\.pem is not the key of .*cert\.pem/,
    },
    {
      name: 'with an empty CA',
      break: (folder: string) => `: > ${folder}/ca.pem`,
      says: /ca\.pem is not a certificate/,
    },
    {
      name: 'with words for a CA',
      break: (folder: string) => `echo words > ${folder}/ca.pem`,
      says: /ca\.pem is not a certificate/,
    },
  ])('$name', async ({ break: spoil, says }) => {
    const folder = '/home/alice/odd'
    const copy = `rm -rf ${folder}; cp -r "$DOCKER_CERT_PATH" ${folder}`
    expect(await run(['sh', '-c', `${copy}; ${spoil(folder)}`])).toMatchObject({ status: 0 })
    const { status, stderr } = await run(['dockerrun', 'busybox', 'id'], { env: { DOCKER_CERT_PATH: folder } })
    expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringMatching(aFailure) as string })
    expect(stderr).toMatch(says)
  })
})

it('empty DOCKER_CONFIG and HOME count as unset', async () => {
  await run(['sh', '-c', 'cp -r "$DOCKER_CERT_PATH" ~/.docker'])
  const env = { DOCKER_CERT_PATH: '', DOCKER_CONFIG: '', HOME: '' }
  expect(await run(['dockerrun', '--rm', 'busybox', 'whoami'], { env })).toEqual({
    status: 0,
    stdout: 'alice\n',
    stderr: '',
  })
})

/** A getent that tells that it was asked, by a file, and never answers. */
function slowNss(told: string): Readonly<Record<string, string>> {
  mkdirSync(lab.path('/srv/slow'), { recursive: true })
  const script = `#!/bin/sh\n: > /home/alice/${told}\nexec sleep 1000\n`
  writeFileSync(lab.path('/srv/slow/getent'), script, { mode: 0o755 })
  return { PATH: '/srv/slow:/usr/local/bin:/usr/bin:/bin' }
}

const hasFile = async (name: string): Promise<boolean> =>
  (await lab.exec(['test', '-e', `/home/alice/${name}`])).status === 0
