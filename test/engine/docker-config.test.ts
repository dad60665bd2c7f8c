/** What docker's client takes from ~/.docker and its variables, ours takes too: the same files, before docker and dockerrun. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { startRegistry } from '../support/registry.ts'

const registry = '127.0.0.1:5000'
const secret = 'opensesame'
// htpasswd(1) made this of the secret above, with bcrypt's least cost.
const htpasswd = 'puller:$2b$05$abcdefghijklmnopqrstuuQbLfdQZSxZ9gjhA5V9o8Tyc6aQRO0Qi'

let lab: Lab
let engine: Engine
let image: string
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', policy: `everyone: {registries: ["${registry}"]}\n` })
  await Promise.all(['alice', 'bob'].map(engine.login))
  image = await startRegistry(lab, engine, 'site/private:1', { words: `puller:${secret}`, htpasswd })
})
afterAll(() => lab.stop())

type Env = Readonly<Record<string, string>>
const run = (argv: readonly string[], env: Env) => lab.exec(argv, { as: 'alice', env })
const aFailure = /^dockerrun: .+\ndockerrun: hint: .+\n$/

describe('a context', () => {
  const dockerrun = (env: Env) => run(['dockerrun', '--rm', 'busybox', 'id', '-un'], env)
  const docker = (env: Env) => run([engine.dockerCli, 'version', '--format', '{{.Server.Os}}'], env)
  const reached = { status: 0, stdout: 'alice\n', stderr: '' }

  beforeAll(async () => {
    const { DOCKER_CERT_PATH: folder } = engine.env('alice')
    const tls = `host=${engine.host},ca=${folder}/ca.pem,cert=${folder}/cert.pem,key=${folder}/key.pem`
    const create = (name: string, words: string) =>
      run([engine.dockerCli, 'context', 'create', name, '--docker', words], {})
    expect(await create('lab', tls)).toMatchObject({ status: 0 })
    expect(await create('plain', `host=${engine.host}`)).toMatchObject({ status: 0 })
    expect(await create('trusting', `${tls},skip-tls-verify=true`)).toMatchObject({ status: 0 })
    expect(await create('far', 'host=ssh://alice@nowhere.invalid')).toMatchObject({ status: 0 })
  })

  it.for([
    { name: 'in DOCKER_CONTEXT is used, with its certificate', env: { DOCKER_CONTEXT: 'lab' } },
    {
      name: 'is used whatever TLS variables say',
      env: { DOCKER_CONTEXT: 'lab', DOCKER_CERT_PATH: '/nonexistent', DOCKER_TLS: '1' },
    },
  ])('$name', async ({ env }) => {
    expect(await dockerrun(env)).toEqual(reached)
    expect(await docker(env)).toMatchObject({ status: 0, stdout: 'linux\n' })
  })

  it('that is the current one is used, and gives way to DOCKER_HOST and to DOCKER_CONTEXT', async () => {
    await run([engine.dockerCli, 'context', 'use', 'lab'], {})
    expect(await dockerrun({})).toEqual(reached)
    for (const env of [{ DOCKER_HOST: 'unix:///nowhere' }, { DOCKER_CONTEXT: 'default' }, { DOCKER_CONTEXT: 'no' }]) {
      expect(await docker(env)).toMatchObject({ status: 1 })
      const outcome = await dockerrun(env)
      expect({ env, ...outcome }).toMatchObject({ env, status: 125, stderr: expect.stringMatching(aFailure) as string })
    }
    await run([engine.dockerCli, 'context', 'use', 'default'], {})
    expect(await dockerrun({})).toMatchObject({ status: 125 })
  })

  it.for([
    { name: 'plain', says: 'the engine wants TLS' },
    { name: 'trusting', says: 'could be anybody' },
    { name: 'far', says: 'ssh is not offered' },
    { name: 'no', says: 'context "no" does not exist' },
  ])('$name is refused in a line', async ({ name, says }) => {
    const { status, stderr } = await dockerrun({ DOCKER_CONTEXT: name })
    expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringMatching(aFailure) as string })
    expect(stderr).toContain(says)
  })
})

it.for([
  { version: '1.41', outcome: { status: 0, stdout: 'x\n', stderr: '' } },
  { version: '1.40', outcome: { status: 125, stderr: expect.stringMatching(aFailure) as string } },
  { version: '1.99', outcome: { status: 125, stderr: expect.stringMatching(aFailure) as string } },
])('DOCKER_API_VERSION=$version is heeded', async ({ version, outcome }) => {
  const env = { ...engine.env('alice'), DOCKER_API_VERSION: version }
  expect(await run(['dockerrun', '--rm', 'busybox', 'echo', 'x'], env)).toMatchObject(outcome)
})

it('a config.json that is broken is an error that names it', async () => {
  const env = writeConfig('{"auths": {"r": {"auth": "c2VjcmV0"')
  const { status, stderr } = await run(['dockerrun', '--rm', 'busybox', 'true'], env)
  expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringMatching(aFailure) as string })
  expect(stderr).toContain('/srv/config/config.json')
  expect(stderr).not.toContain('c2VjcmV0')
})

describe('a private registry', () => {
  const base64 = (words: string) => Buffer.from(words).toString('base64')
  const good = { auths: { [registry]: { auth: base64(`puller:${secret}`) } } }
  const pulled = { status: 0, stdout: 'in\n' }
  const refused = { status: 125, stdout: '', stderr: expect.stringMatching(aFailure) as string }

  beforeAll(() => {
    mkdirSync(lab.path('/srv/helpers'), { recursive: true })
    const script = `#!/bin/sh
read -r asked
echo "$* $asked" >> /home/alice/asked
case $asked in
  ${registry}) echo '{"ServerURL":"${registry}","Username":"puller","Secret":"${secret}"}' ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
`
    const none = `#!/bin/sh\necho 'credentials not found in native keychain'\nexit 1\n`
    const broken = `#!/bin/sh\necho 'half of ${secret}'\nexit 3\n`
    for (const [name, text] of Object.entries({ lab: script, secretservice: script, none, broken })) {
      writeFileSync(lab.path(`/srv/helpers/docker-credential-${name}`), text)
      chmodSync(lab.path(`/srv/helpers/docker-credential-${name}`), 0o755)
    }
  })
  beforeEach(async () => {
    await lab.exec([engine.dockerCli, '-H', `unix://${engine.socket}`, 'rmi', '-f', image])
    await lab.exec(['rm', '-f', '/home/alice/asked'])
  })

  it.for([
    { name: 'is open to a login in auths', config: good, outcome: pulled },
    {
      name: 'is open to one under a URL',
      config: { auths: { [`http://${registry}/v1/`]: good.auths[registry] } },
      outcome: pulled,
    },
    {
      name: 'is open by the helper for it',
      config: { credHelpers: { [registry]: 'lab' } },
      outcome: pulled,
      asked: true,
    },
    { name: 'is open by the store', config: { credsStore: 'lab' }, outcome: pulled, asked: true },
    { name: 'is open by the store of the machine where nothing is said', config: {}, outcome: pulled, asked: true },
    {
      name: 'is open by DOCKER_AUTH_CONFIG',
      config: { credsStore: 'none' },
      more: { DOCKER_AUTH_CONFIG: JSON.stringify(good) },
      outcome: pulled,
      is28: true,
    },
    { name: 'is closed to nobody', config: { auths: { other: good.auths[registry] } }, outcome: refused },
    {
      name: 'is closed to a wrong password',
      config: { auths: { [registry]: { auth: base64(`puller:wrong${secret}`) } } },
      outcome: refused,
    },
    {
      name: 'is closed where the store has no login, whatever auths has',
      config: { ...good, credsStore: 'none' },
      outcome: refused,
    },
    { name: 'is not asked where the helper is missing', config: { credsStore: 'missing' }, outcome: refused },
    {
      name: 'is not asked where the helper fails',
      config: { ...good, credHelpers: { [registry]: 'broken' } },
      outcome: refused,
      is28: true,
    },
  ])('$name', async ({ config, outcome, more = {}, asked = false, is28 = false }) => {
    const env = { ...engine.env('alice'), ...writeConfig(JSON.stringify(config)), ...more }
    const ours = await run(['dockerrun', '--rm', image, 'echo', 'in'], env)
    expect(ours).toMatchObject(outcome)
    expect(ours.stderr).not.toContain(secret)
    expect(ours.stderr).not.toContain(base64(`puller:${secret}`))
    if (asked) expect(readFileSync(lab.path('/home/alice/asked'), 'utf8')).toBe(`get ${registry}\n`)
    // docker 28: `run` and `create` have the variable, and give up where a helper fails; older ones and `pull` go on.
    if (is28) return
    await lab.exec([engine.dockerCli, '-H', `unix://${engine.socket}`, 'rmi', '-f', image])
    const theirs = await run([engine.dockerCli, 'pull', image], env)
    expect(theirs.status === 0).toBe(ours.status === 0)
  })

  it('leaves no login in the audit log', () => {
    const log = readFileSync(lab.path('/run/lab/engines/engine/gate/audit.jsonl'), 'utf8')
    expect(log).toContain('ImageCreate')
    for (const each of [secret, base64(`puller:${secret}`), 'egistry-Auth']) expect(log).not.toContain(each)
  })
})

/** A folder that nobody writes in but the test; PATH has the helpers. */
function writeConfig(text: string): Env {
  mkdirSync(lab.path('/srv/config'), { recursive: true })
  writeFileSync(lab.path('/srv/config/config.json'), text)
  return { DOCKER_CONFIG: '/srv/config', PATH: '/srv/helpers:/usr/local/bin:/usr/bin:/bin' }
}
