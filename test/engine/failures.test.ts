/** What goes wrong is said in one line and a hint, with docker's status 125, and leaves nothing behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { makeOddCertificate } from '../support/odd-certificate.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
})
afterAll(() => lab.stop())

type Line = { argv?: readonly string[]; env?: Readonly<Record<string, string>> }

const dockerrun = ({ argv = ['busybox', 'id'], env = {} }: Line) =>
  lab.exec(['dockerrun', '--rm', ...argv], { as: 'alice', env: { ...engine.env('alice'), ...env } })

/** One line that says what, one that says what now; nothing on stdout; no container, no temporary file. */
async function expectFailure(line: Line, what: RegExp, hint: RegExp): Promise<void> {
  const { status, stdout, stderr } = await dockerrun(line)
  expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
  expect(stderr).toMatch(/^dockerrun: .+\ndockerrun: hint: .+\n$/)
  expect(stderr).toMatch(what)
  expect(stderr).toMatch(hint)
  expect(await engine.containers()).toEqual([])
  expect((await lab.exec(['ls', '-A', '/tmp'])).stdout).toBe('')
}

describe('is one line and a hint:', () => {
  it('no certificate', () =>
    expectFailure({ env: { DOCKER_CERT_PATH: '/home/alice/none' } }, /\/home\/alice\/none/, /certificate/))

  it('a certificate folder that cannot be read', async () => {
    await lab.exec(['install', '-d', '-m', '700', '/srv/closed'])
    await expectFailure({ env: { DOCKER_CERT_PATH: '/srv/closed' } }, /\/srv\/closed/, /read|certificate/)
  })

  it('no TLS where TLS is due', () => expectFailure({ env: { DOCKER_TLS_VERIFY: '' } }, /TLS/i, /DOCKER_TLS_VERIFY/))

  it('an expired certificate', async () => {
    const yesterday = new Date(Date.now() - 86_400_000)
    const folder = await makeOddCertificate(lab, engine, '/srv/expired', { commonName: 'alice', notAfter: yesterday })
    await expectFailure({ env: { DOCKER_CERT_PATH: folder } }, /expired/, /dockerrunctl cert issue/)
  })

  it('a certificate in the name of nobody', async () => {
    const folder = await makeOddCertificate(lab, engine, '/srv/mallory', { commonName: 'mallory' })
    await expectFailure({ env: { DOCKER_CERT_PATH: folder } }, /mallory, who has no account/, /./)
  })

  it("another engine's certificate", async () => {
    await using other = await startLab()
    const foreign = await other.engine({ name: 'foreign', gate: false, loadImage: false })
    await foreign.login('alice')
    const copy = `/home/alice/foreign`
    await lab.exec(['mkdir', copy])
    for (const file of ['ca.pem', 'cert.pem', 'key.pem']) {
      const { stdout } = await other.exec(['cat', `${foreign.certificates.pathOf('alice')}/${file}`])
      await lab.exec(['tee', `${copy}/${file}`], { input: stdout })
    }
    await lab.exec(['chown', '-R', 'alice', copy])
    await expectFailure({ env: { DOCKER_CERT_PATH: copy } }, /certificate/, /certificate|ca\.pem/)
  })

  it('an image that no registry has', () =>
    expectFailure({ argv: ['127.0.0.1:9/no/such:1', 'id'] }, /127\.0\.0\.1:9\/no\/such/, /./))
  it('an image that is not to be pulled', () =>
    expectFailure({ argv: ['--pull', 'never', 'nosuch', 'id'] }, /nosuch/, /./))
  it('an image name that is none', () => expectFailure({ argv: ['No/Such:', 'id'] }, /No\/Such:/, /./))
  it('no such group', () => expectFailure({ argv: ['--group-add', 'nosuch', 'busybox', 'id'] }, /no such group/, /./))
  it('a group of others', () => expectFailure({ argv: ['--group-add', 'bob', 'busybox', 'id'] }, /bob/, /./))
  it('a bind source that is missing', () =>
    expectFailure({ argv: ['-v', '/home/alice/missing:/x', 'busybox', 'id'] }, /\/home\/alice\/missing/, /./))
  it('a bind source of others', () =>
    expectFailure({ argv: ['-v', '/home/bob/x:/x', 'busybox', 'id'] }, /\/home\/bob\/x/, /./))
  it('what the gate denies', () =>
    expectFailure({ argv: ['-v', '/proc:/p:ro', 'busybox', 'id'] }, /\/proc is not shown to containers/, /./))
  it('an option that docker has not', () => expectFailure({ argv: ['--nosuch', 'busybox'] }, /--nosuch/, /--help/))
  it('an option of docker that is not granted', () =>
    expectFailure({ argv: ['--privileged', 'busybox', 'id'] }, /--privileged/, /./))
  it('no image', () => expectFailure({ argv: [] }, /no image/, /IMAGE/))
  it('a uid that is not ours', () => expectFailure({ argv: ['-u', '0', 'busybox', 'id'] }, /-u|user/i, /./))
  it('a name that is in use', async () => {
    const { stdout } = await lab.exec(['dockerrun', '-d', '--name', 'taken', 'busybox', 'sleep', '1000'], {
      as: 'alice',
      env: engine.env('alice'),
    })
    const { status, stderr } = await dockerrun({ argv: ['--name', 'taken', 'busybox', 'id'] })
    await engine.api({ method: 'DELETE', path: `/containers/${stdout.trim()}?force=1` })
    expect({ status, stderr }).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/^dockerrun: .*taken.*\n(dockerrun: hint: .+\n)?$/),
    })
  })
})

describe('when a part is down, is one line and a hint:', () => {
  it('the gate', async () => {
    await engine.gate.stop('SIGKILL')
    await expectFailureWithoutLook(/gate|plugin/, /administrator/)
    await engine.gate.start()
    expect(await dockerrun({})).toMatchObject({ status: 0 })
  })

  it('the engine', async () => {
    await engine.stop()
    await expectFailureWithoutLook(/127\.0\.0\.1:2376/, /./)
    await engine.gate.start()
    await engine.start()
    expect(await dockerrun({})).toMatchObject({ status: 0 })
  })

  async function expectFailureWithoutLook(what: RegExp, hint: RegExp): Promise<void> {
    const { status, stdout, stderr } = await dockerrun({})
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^dockerrun: .+\ndockerrun: hint: .+\n$/)
    expect(stderr).toMatch(what)
    expect(stderr).toMatch(hint)
  }
})
