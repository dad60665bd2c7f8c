/** One CA for several hosts: its key lies on one of them alone, and the others' engines, users and gates go by it. */
import { X509Certificate } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'

let lab: Lab
let engine: Engine
/** The folder on the host of the CA, and the one on the engine's. */
const site = '/run/site/pki'
let here = ''
const sh = (script: string, as?: string) => lab.exec(['sh', '-c', script], as === undefined ? {} : { as })
const at = (dir: string, ...args: readonly string[]) => lab.exec(['dockerrunctl', '--dir', dir, ...args])
const ask = async (login: string) => (await engine.apiAs(login, { path: '/info' })).status
const docker = async (host: string) =>
  await lab.exec([engine.dockerCli, '-H', `tcp://${host}:2376`, 'version', '--format', '{{.Client.Version}}'], {
    as: 'alice',
    env: { ...engine.env('alice'), DOCKER_HOST: '' },
  })

beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', loadImage: false })
  here = engine.certificates.folder
  symlinkSync('../ca', lab.path('/run/lab/engines/engine/gate/pki'))
  await engine.stop()
  // The CA that the lab has made becomes the site's, and leaves nothing here but its certificate.
  expect(
    await sh(
      `mkdir -p /run/site && cp -a ${here} ${site} && rm -r ${site}/server ${here}/*.jsonl ${here}/ca-key.pem ${here}/server/*`,
    ),
  ).toMatchObject({ status: 0, stderr: '' })
  appendFileSync(lab.path('/etc/hosts'), '127.0.0.1 node7 node7.cluster other.cluster\n')
})
afterAll(() => lab.stop())

describe('an engine whose CA is on another host', () => {
  it('makes its key, and runs with the certificate that is signed there, under the names that are said there', async () => {
    const request = await at(here, 'cert', 'request', '--server')
    expect(request).toMatchObject({ status: 0, stderr: `dockerrunctl: the key is in ${here}/server/key.pem\n` })
    const line = ['cert', 'sign', '/dev/stdin', '--server', '--name', 'node7.cluster', '--name', 'node7']
    const signed = await lab.exec(['dockerrunctl', '--dir', site, ...line], { input: request.stdout })
    expect(signed.status).toBe(0)
    expect((await lab.exec(['tee', `${here}/server/cert.pem`], { input: signed.stdout })).status).toBe(0)
    expect((await at(here, 'cert', 'show', `${here}/server/cert.pem`)).stdout).toMatch(/^state {4}valid$/m)
    expect((await at(site, 'cert', 'list')).stdout).toMatch(
      / valid .* localhost,127\.0\.0\.1,::1,node7\.cluster,node7$/m,
    )
    await engine.gate.start()
    await engine.start()
  })

  it('knows a user by what is signed for the login that is said there', async () => {
    const folder = engine.certificates.pathOf('alice')
    expect(await sh(`install -d -o alice ${folder}`)).toMatchObject({ status: 0 })
    const request = await lab.exec(['dockerrunctl', 'cert', 'request', '--out', folder], { as: 'alice' })
    expect(request).toMatchObject({ status: 0 })
    expect((await sh(`stat -c '%a %U' ${folder}/key.pem`)).stdout).toBe('600 alice\n')
    const line = ['cert', 'sign', '/dev/stdin', '--login', 'alice', '--out', `${folder}/cert.pem`]
    const signed = await lab.exec(['dockerrunctl', '--dir', site, ...line], { input: request.stdout })
    expect(signed).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/cert\.pem: for alice, until .*, serial 01/),
    })
    // Where her link leads, a certificate of root's could be.
    expect(await sh(`ln -s ${here}/server ${folder}/out`)).toMatchObject({ status: 0 })
    const aside = [...line.slice(0, -1), `${folder}/out/cert.pem`]
    expect(await lab.exec(['dockerrunctl', '--dir', site, ...aside], { input: request.stdout })).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('a link is on the way') as string,
    })
    expect(await sh(`cp ${here}/ca.pem ${folder}`)).toMatchObject({ status: 0 })
    expect(await ask('alice')).toBe(200)
    const shown = await lab.exec(['dockerrunctl', '--dir', here, 'cert', 'show'], {
      as: 'alice',
      env: engine.env('alice'),
    })
    expect(shown.stdout).toMatch(/^subject {2}CN=alice$/m)
    expect(shown.stdout).toMatch(/^state {4}valid$/m)
  })

  it.for(['127.0.0.1', 'localhost', 'node7', 'node7.cluster'])("is believed by docker's client as %s", async (host) => {
    expect(await docker(host)).toMatchObject({ status: 0, stderr: '' })
  })

  it('is not believed under a name that was not said', async () => {
    expect(await docker('other.cluster')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not other.cluster'),
    })
  })

  it('renews its certificate for the same key', async () => {
    const before = readFileSync(lab.path(`${here}/server/key.pem`), 'utf8')
    expect((await at(here, 'cert', 'request', '--server')).stderr).toContain('as before')
    expect(readFileSync(lab.path(`${here}/server/key.pem`), 'utf8')).toBe(before)
  })

  it.for([
    { name: 'signs nothing', args: ['cert', 'server'] },
    { name: 'issues nothing', args: ['cert', 'issue', 'bob'] },
    { name: 'renews nothing', args: ['cert', 'renew', '--server', '--force'] },
    { name: 'makes no other CA in its place', args: ['ca', 'init'] },
  ])('$name, and says what to do', async ({ args }) => {
    const outcome = await at(here, ...args)
    expect(outcome.status).not.toBe(0)
    expect(outcome.stderr).toMatch(/^dockerrunctl: [^\n]+\ndockerrunctl: hint: [^\n]+\n$/)
    expect(existsSync(lab.path(`${here}/ca-key.pem`))).toBe(false)
  })

  it('is not set up before it has a certificate, and nothing is written', async () => {
    await sh('mkdir -p /etc/dockerrun/pki')
    expect(await sh(`cp ${here}/ca.pem /etc/dockerrun/pki`)).toMatchObject({ status: 0 })
    expect(await lab.exec(['dockerrunctl', 'install'])).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining('hint: make a request here (dockerrunctl cert request)'),
    })
    expect((await sh('find /etc/dockerrun /etc/sudoers.d/dockerrun /etc/profile.d/dockerrun.sh -type f')).stdout).toBe(
      '/etc/dockerrun/pki/ca.pem\n',
    )
    await sh('rm -r /etc/dockerrun')
  })

  it('is set up by an installation as it is', async () => {
    await sh(`mkdir -p /etc/dockerrun && cp -a ${here} /etc/dockerrun/pki`)
    const before = (await sh('md5sum /etc/dockerrun/pki/ca.pem /etc/dockerrun/pki/server/*')).stdout
    expect((await lab.exec(['dockerrunctl', 'install', '--dry-run'])).stdout).not.toMatch(/^made: /m)
    expect(await lab.exec(['dockerrunctl', 'install'])).toMatchObject({ status: 0, stderr: '' })
    expect((await sh('md5sum /etc/dockerrun/pki/ca.pem /etc/dockerrun/pki/server/*')).stdout).toBe(before)
    expect(existsSync(lab.path('/etc/dockerrun/pki/ca-key.pem'))).toBe(false)
  })
})

describe('a certificate that is revoked where the CA is', () => {
  const serial = () =>
    new X509Certificate(readFileSync(lab.path(`${engine.certificates.pathOf('alice')}/cert.pem`))).serialNumber

  it.for([
    {
      name: 'is added to what is revoked there',
      carry: () => `dockerrunctl --dir ${here} cert revoke --from /dev/stdin <${site}/revoked.jsonl`,
    },
    {
      name: 'is copied whole and renamed',
      carry: () => `cp ${site}/revoked.jsonl ${here}/.new && mv ${here}/.new ${here}/revoked.jsonl`,
    },
    {
      name: 'is put behind the one that is there',
      carry: () =>
        `echo '{"serial":"0C"}' >${here}/revoked.jsonl; cat ${here}/revoked.jsonl ${site}/revoked.jsonl >${here}/.new && mv ${here}/.new ${here}/revoked.jsonl`,
    },
  ])('is refused by a gate on another host as soon as the list $name', async ({ carry }) => {
    await sh(`rm -f ${site}/revoked.jsonl ${here}/revoked.jsonl`)
    expect(await at(site, 'cert', 'revoke', '--user', 'alice')).toMatchObject({
      status: 0,
      stdout: `${serial()}: of alice, revoked\n`,
    })
    expect(await ask('alice')).toBe(200)
    expect(await sh(carry())).toMatchObject({ status: 0 })
    expect(await engine.apiAs('alice', { path: '/info' })).toMatchObject({
      status: 403,
      body: expect.stringContaining(`${serial()}) was revoked`),
    })
  })

  it('is in the audit log of the gate there too, once', async () => {
    await sh(`rm -f ${here}/revoked.jsonl`)
    const from = [
      'cert',
      'revoke',
      '--socket',
      '/run/docker/plugins/gate-engine.sock',
      '--from',
      `${site}/revoked.jsonl`,
    ]
    const before = engine.gate.audit().length
    for (const word of ['revoked', 'revoked before'])
      expect(await at(here, ...from)).toEqual({
        status: 0,
        stdout: expect.stringMatching(new RegExp(`: ${word}\n$`)),
        stderr: '',
      })
    expect(engine.gate.audit().slice(before)).toMatchObject([{ operation: 'CertificateRevoke', by: 0 }])
  })

  it('is no hindrance to a list that is broken: it is refused, and nothing is added', async () => {
    await sh(`rm -f ${here}/revoked.jsonl`)
    const outcome = await lab.exec(['dockerrunctl', '--dir', here, 'cert', 'revoke', '--from', '/dev/stdin'], {
      input: '{"serial":"0C"}\n{"ser',
    })
    expect(outcome).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('/dev/stdin: line 2 names no serial'),
    })
    expect(existsSync(lab.path(`${here}/revoked.jsonl`))).toBe(false)
    expect(await ask('alice')).toBe(200)
  })
})
