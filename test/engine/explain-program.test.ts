/** The program whose line is explained: what it may do, what it cannot, and how it ends. */
import { chmodSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { explainingOf } from '../support/explaining.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const { order, clear } = callsOf(() => engine)
const { argv, explain, make, countDoings, leftBehind } = explainingOf(
  () => lab,
  () => engine,
)
const script = (name: string, text: string): string => {
  writeFileSync(lab.path(`/usr/local/bin/${name}`), `#!/bin/sh\n${text}\n`)
  chmodSync(lab.path(`/usr/local/bin/${name}`), 0o755)
  return name
}

describe('the program of a line', () => {
  it('has the rights of its user, and neither network nor terminal nor the folder root is in', async () => {
    const told = script(
      'tell',
      'exec >&2; id -un; id -G; grep -c : /proc/self/net/dev; grep NoNewPrivs /proc/self/status; pwd; : </dev/tty; exit 3',
    )
    const { stderr } = await explain([told])
    expect(stderr).toMatch(/tell asked nothing of the engine and ended with \d+: .*\/dev\/tty/)
    const marks = script(
      'marks',
      '{ id -un; id -G; cut -d: -f1 /proc/self/net/dev | tail -n +3 | tr -d " "; sed -n s/NoNewPrivs:.//p /proc/self/status; pwd; } > ~/marks',
    )
    await explain([marks])
    expect((await lab.exec(['cat', '/home/alice/marks'])).stdout).toBe('alice\n2001 3000\nlo\n1\n/home/alice\n')
  })

  it('cannot reach the engine by another way', async () => {
    const elsewhere = script(
      'elsewhere',
      `exec docker -H ${engine.host} --tlsverify --tlscacert ${engine.env('alice').DOCKER_CERT_PATH}/ca.pem --tlscert ${engine.env('alice').DOCKER_CERT_PATH}/cert.pem --tlskey ${engine.env('alice').DOCKER_CERT_PATH}/key.pem network create elsewhere`,
    )
    expect(await explain([elsewhere])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('asked nothing of the engine'),
    })
    expect((await engine.api({ path: '/networks' })).body).not.toContain('elsewhere')
  })

  it('may send what it likes: nothing of it is done, and none of it stops the explanation', async () => {
    await make('hers', 'alice')
    const sends = (name: string, code: string) => {
      const call = `const http = require('http'); const socketPath = process.env.DOCKER_HOST.slice(7)
        const send = (method, path, body = '', headers = {}) => new Promise((done) => {
          const call = http.request({ socketPath, method, path, headers, agent: false }, (answer) => answer.resume().on('end', () => done(answer.statusCode)))
          call.on('error', () => done(0)).on('upgrade', () => done(101)); call.end(body) })`
      writeFileSync(lab.path(`/usr/local/bin/${name}.js`), `${call}\n;(async () => { ${code} })()`)
      return ['node', `/usr/local/bin/${name}.js`]
    }
    const all = sends(
      'all',
      "await Promise.all(Array.from({ length: 40 }, () => send('POST', '/v1.41/containers/hers/start')))",
    )
    const { stdout: told } = await explain(all)
    expect(told.match(/ContainerStart/g)).toEqual(['ContainerStart'])
    const large = sends(
      'large',
      "await send('POST', '/containers/create', Buffer.alloc(6e6)); await send('GET', '/version')",
    )
    expect(await explain(large)).toMatchObject({ status: 0, stdout: expect.stringContaining('allowed SystemVersion') })
    const odd = sends(
      'odd',
      "await send('GET', '/%63ontainers/json'); await send('POST', '/session', '', { Connection: 'Upgrade', Upgrade: 'h2c' })",
    )
    expect(await explain(odd)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^denied Unknown .*\n {2}the path is not in its plain form\ndenied Session /m),
    })
    const loud = script('loud', 'head -c 50000000 /dev/zero | tr "\\0" x >&2; docker version')
    const { stdout } = await explain([loud])
    expect(stdout).toContain('allowed SystemVersion')
    expect(stdout.length).toBeLessThan(10_000)
    const { body } = await engine.api({ path: '/containers/hers/json' })
    expect(body).toContain('"Status":"created"')
    await clear()
  })

  it('reads no files of a container: what was read is never run, and this one may still be', async () => {
    await make('hers', 'alice')
    const before = countDoings()
    const id = (await engine.containers())[0]?.Id ?? ''
    expect(await explain(['docker', 'cp', `${id}:/etc/passwd`, '-'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('allowed ContainerArchive'),
    })
    expect(countDoings()).toBe(before)
    expect(await order('/containers/hers/start')).toMatchObject({ status: 204 })
    await clear()
  })

  it('that is not there is said to be not there', async () => {
    expect(await explain(['nosuch'])).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/nosuch asked nothing .* 127: .*not found\n.*hint: /),
    })
  })

  it('that hangs is ended with all it started, at the time limit', async () => {
    const hangs = script('hangs', 'docker version >/dev/null; setsid sleep 4711 & sleep 4711')
    expect(await explain([hangs], { options: ['--seconds', '3'] })).toMatchObject({
      status: 125,
      stdout: expect.stringContaining('allowed SystemVersion'),
      stderr: expect.stringContaining('hangs was not done within 3 s'),
    })
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4711'])).status === 1, {
      what: 'the end of all it started',
    })
    expect(leftBehind()).toEqual([])
  })

  it('is ended when its administrator ends the explanation', async () => {
    const waits = script('waits', 'sleep 4712')
    const running = lab.spawn(argv([waits]))
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4712'])).status === 0, { what: 'the program' })
    await running.signal('SIGTERM')
    expect(await running.done).toMatchObject({ status: 130 })
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4712'])).status === 1, { what: 'the end of it' })
    expect(leftBehind()).toEqual([])
  })

  it('writes nothing to the terminal that would drive it', async () => {
    const colours = script('colours', `printf '\\033]0;owned\\007\\n\\033[31mred' >&2; exit 7`)
    const { stderr, stdout } = await explain([colours])
    expect(stderr).toContain('\\u001b[31mred')
    const sends = script('sends', `docker network create "$(printf 'a\\033[31m\\302\\205b')"`)
    const sent = await explain([sends])
    expect(`${stderr}${stdout}${sent.stdout}${sent.stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('cannot be answered in the place of the engine by anybody else: the recorder is its user’s alone', async () => {
    const shows = script(
      'shows',
      'ls -ln "${DOCKER_HOST#unix://}" > ~/shown; ls -ldn "$(dirname "${DOCKER_HOST#unix://}")" >> ~/shown',
    )
    await explain([shows])
    const { stdout } = await lab.exec(['cat', '/home/alice/shown'])
    expect(stdout).toMatch(/^srw-------\S* 1 2001 2001 .*\ndrwx--x--x\S* 2 0 0 /)
  })
})
