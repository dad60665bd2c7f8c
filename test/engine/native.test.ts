/**
 * The native file of the programs of users: it is built, and does in a lab what the bundles for Node do. CLIENT=native puts it in
 * their place in every lab, and so in all other suites.
 */
import { cpSync, readlinkSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { startStub } from '../bench/stub.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { buildNative, nativeFolder, useNative } from '../support/native.ts'
import { programPid } from '../support/program.ts'
import { expectSame, removeContainers, type Row } from '../support/transcript.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  buildNative()
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
  await useNative(lab)
})
afterAll(() => lab.stop())
afterEach(async () => await removeContainers(engine))

type Order = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }

const run = (argv: readonly string[], { env = {}, ...order }: Order = {}) =>
  lab.exec(argv, { as: 'alice', env: { ...engine.env('alice'), ...env }, ...order })

describe('the name it is called by', () => {
  it.for(['dockerrun', 'dockerexec'])('%s is that program', async (program) => {
    expect(await run([program, '--version'])).toEqual({
      status: 0,
      stdout: `${program} ${manifest.version}\n`,
      stderr: '',
    })
    expect((await run([program, '--help'])).stdout).toMatch(new RegExp(`^Usage: {2}${program} `))
  })

  it('any other is refused', async () => {
    const line = `ln -s ${nativeFolder}/dockerrun dockerbuild; ./dockerbuild --version`
    expect(await run(['sh', '-c', line])).toEqual({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(/^dockerrun: this program is called dockerbuild\ndockerrun: hint: /) as string,
    })
  })
})

it('is what runs, and no Node', async () => {
  const running = lab.spawn(['dockerrun', '--rm', '-i', 'busybox', 'sh', '-c', 'echo ready; cat'], {
    as: 'alice',
    env: engine.env('alice'),
  })
  await until(() => running.output() === 'ready\n', { what: 'the command' })
  expect(readlinkSync(`/proc/${await programPid(running.child)}/exe`)).toMatch(/dist\/native\/dockerrun$/)
  running.child.stdin.end('said')
  expect(await running.done).toEqual({ status: 0, stdout: 'ready\nsaid', stderr: '' })
})

it.for<Row>([
  { name: 'streams apart, and the status', line: 'run --rm busybox sh -c "echo out; echo err >&2; exit 7"' },
  {
    name: 'a pipe in and out, byte for byte',
    line: 'head -c 3000000 /dev/zero | tr "\\0" "\\377" | run --rm -i busybox sh -c "cat; exit 4" | md5sum',
  },
  { name: 'an exec as oneself', line: 'run -d --name work busybox sleep 1000 >id; into work sh -c "id -u; exit 3"' },
  {
    name: 'a command that is not there',
    line: 'run --rm busybox nosuch',
    ours: { says: /^dockerrun: nosuch: not found/ },
  },
  {
    name: 'an image that is not there',
    line: 'run --rm --pull never nosuch true',
    ours: { says: /^dockerrun: nosuch: no such image here\n/ },
  },
  {
    name: 'variables of a file and of the line',
    line: 'echo A=1 >f; asis --rm -h box --env-file f -e B="2 3" busybox env',
  },
  { name: 'a signal that ends the command', line: 'run --rm busybox sh -c "sh -c \'kill -9 \\$\\$\'; exit \\$?"' },
])('as docker: $name', async (row) => await expectSame(lab, engine, row))

it.for(['INT', 'TERM', 'HUP', 'QUIT', 'USR1', 'USR2'] as const)('passes SIG%s on', async (name) => {
  const script = `trap 'echo felt; exit 9' ${name}; echo ready; while :; do sleep 0.1; done`
  const running = lab.spawn(['dockerrun', '--rm', 'busybox', 'sh', '-c', script], {
    as: 'alice',
    env: engine.env('alice'),
  })
  await until(() => running.output() === 'ready\n', { what: 'the command' })
  await running.signal(`SIG${name}`)
  expect(await running.done).toEqual({ status: 9, stdout: 'ready\nfelt\n', stderr: '' })
})

it.for(['busybox true', 'busybox sh -c "echo out; echo err >&2"', '--version'])(
  'leaves a pipe as it was for whoever writes there next: %s',
  async (words) => {
    const flags = 'grep flags /proc/self/fdinfo/1'
    const { stdout } = await run(['sh', '-c', `{ ${flags}; dockerrun --rm ${words}; ${flags}; } 2>&1 | cat`])
    const [first, ...rest] = stdout.trimEnd().split('\n')
    expect(first).toMatch(/^flags:/)
    expect(rest.at(-1)).toBe(first)
  },
)

it('keeps the order of stdout and stderr where they are one', async () => {
  await using stub = await startStub(lab, engine)
  const { stdout } = await run(['sh', '-c', 'dockerexec both true 2>&1 | cat'], stub.unix)
  expect(stdout).toBe(Array.from({ length: 200 }, (_, index) => `${index}\n`).join(''))
})

it('has the terminal: its size, its keys, and as it was afterwards', async () => {
  const inside =
    'until stty size 2>/dev/null | grep 33.77; do :; done; stty -echo; echo ready; read line; echo got $line; exit 3'
  const line = `before=$(stty -g); dockerrun --rm -it busybox sh -c '${inside}'; echo status $?; [ "$before" = "$(stty -g)" ] && echo as it was`
  const terminal = lab.terminal(['sh', '-c', line], { as: 'alice', env: engine.env('alice'), rows: 33, columns: 77 })
  await terminal.shows('ready')
  terminal.type('words\r')
  await terminal.shows('as it was')
  await terminal.done
  expect(terminal.screen()).toBe('33 77\r\nready\r\ngot words\r\nstatus 3\r\nas it was\r\n')
})

/** What Bun reads of the folder it is started in, unless it is told not to. */
const strange: Readonly<Record<string, string>> = {
  '.env': 'DOCKER_HOST=unix:///nowhere\nSTRANGE=.env\nBUN_OPTIONS=--preload=/home/alice/there/strange.ts\n',
  '.env.local': 'DOCKER_HOST=unix:///nowhere\nSTRANGE=.env.local\n',
  '.env.production': 'DOCKER_HOST=unix:///nowhere\nSTRANGE=.env.production\n',
  '.env.development': 'DOCKER_HOST=unix:///nowhere\nSTRANGE=.env.development\n',
  'bunfig.toml': 'preload = ["./strange.ts"]\n[run]\nsmol = true\n',
  'package.json': '{"name": "dockerrun", "type": "module", "main": "./strange.ts", "bin": "./strange.ts"}\n',
  'tsconfig.json': '{"compilerOptions": {"baseUrl": ".", "paths": {"node:*": ["./strange.ts"]}}}\n',
  'strange.ts': 'console.log("STRANGE code"); process.exit(1)\n',
}

it.for(Object.keys(strange))('%s in the current folder changes nothing', async (name) => {
  await run(['sh', '-c', 'rm -rf there; mkdir there'])
  for (const file of [name, 'strange.ts'])
    writeFileSync(lab.path(`/home/alice/there/${file}`), strange[file] ?? '', { mode: 0o644 })
  const order = { cwd: '/home/alice/there', env: name === '.env.production' ? { NODE_ENV: 'production' } : {} }
  const found = await run(
    ['dockerrun', '--rm', '--env-pass', 'STRANGE*', 'busybox', 'sh', '-c', 'echo "<$STRANGE>"'],
    order,
  )
  expect(found).toEqual({ status: 0, stdout: '<>\n', stderr: '' })
})

describe('the engine’s certificate', () => {
  beforeAll(async () => {
    const made = await lab.exec(['dockerrunctl', '--dir', '/run/lab/other', 'ca', 'init'])
    expect(made.status, made.stderr).toBe(0)
    const folder = lab.path('/run/lab/certificates/wrong')
    cpSync(lab.path(engine.env('alice').DOCKER_CERT_PATH), folder, { recursive: true })
    cpSync(lab.path('/run/lab/other/ca.pem'), `${folder}/ca.pem`)
    expect((await lab.exec(['chown', '-R', 'alice', '/run/lab/certificates/wrong'])).status).toBe(0)
    writeFileSync(lab.path('/etc/hosts'), '127.0.0.1 localhost another.test\n')
  })

  it('is taken from the CA in the folder alone, whatever Node or OpenSSL would read besides', async () => {
    const real = `${engine.env('alice').DOCKER_CERT_PATH}/ca.pem`
    const env = { DOCKER_CERT_PATH: '/run/lab/certificates/wrong', NODE_EXTRA_CA_CERTS: real, SSL_CERT_FILE: real }
    const { status, stderr } = await run(['dockerrun', '--rm', 'busybox', 'true'], { env })
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringContaining('is not of the CA in /run/lab/certificates/wrong/ca.pem') as string,
    })
  })

  it('must be one for the host that was named', async () => {
    const env = { DOCKER_HOST: engine.host.replace('127.0.0.1', 'another.test') }
    const { status, stderr } = await run(['dockerrun', '--rm', 'busybox', 'true'], { env })
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringContaining("the engine's certificate is not one for another.test") as string,
    })
  })
})

it('speaks to an engine at a unix socket', async () => {
  const env = { DOCKER_HOST: `unix://${engine.socket}`, DOCKER_TLS_VERIFY: '' }
  const found = await lab.exec(['sh', '-c', 'echo hi | dockerrun --as-is --rm -i busybox cat'], { env })
  expect(found).toEqual({ status: 0, stdout: 'hi\n', stderr: '' })
})
