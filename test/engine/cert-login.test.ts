/** What a login does about the certificate of its user: the profile as installed, real logins on a terminal, Debian's sudo. */
import { X509Certificate } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { clientProfile } from '../../src/admin/profiles.ts'
import { generateKeys, makeRequest, parseRequest, readAuthority, signCertificate } from '../../src/admin/x509.ts'
import { addSudo } from '../support/sudo.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { until } from '../support/until.ts'

let lab: Lab
const pki = '/etc/dockerrun/pki'
const own = '/home/alice/.docker'
const rule = '/etc/sudoers.d/dockerrun'
const readRecord = () =>
  readFileSync(lab.path(`${pki}/issued.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
const serialOf = () => new X509Certificate(readFileSync(lab.path(`${own}/cert.pem`))).serialNumber
const day = 86_400_000

/** What stands on the screen of a login shell besides what it was asked for. */
async function login(): Promise<string> {
  const { status, stdout } = await lab.terminal(['sh', '-l', '-c', 'echo "at $DOCKER_HOST"'], { as: 'alice' }).done
  expect(status).toBe(0)
  expect(stdout).toContain('at tcp://127.0.0.1:2376')
  return stdout.replaceAll('\r', '').replace('at tcp://127.0.0.1:2376\n', '')
}

/** When nothing that the login has left behind runs any more. */
const settle = async () => {
  const isQuiet = async () => (await lab.exec(['pgrep', '-u', 'alice'])).status === 1
  await until(isQuiet, { what: 'the end of what a login began' })
}

/** One of alice's of 30 days, which was put there eight days ago, whatever it says. */
async function putCertificate(daysLeft: number): Promise<string> {
  const read = (name: string) => readFileSync(lab.path(`${pki}/${name}`), 'utf8')
  const notAfter = new Date(Date.now() + daysLeft * day)
  const { pem, serial } = await signCertificate(await readAuthority(read('ca.pem'), read('ca-key.pem')), {
    commonName: 'alice',
    publicKey: await parseRequest(await makeRequest(await generateKeys())),
    validity: { notBefore: new Date(notAfter.getTime() - 30 * day), notAfter },
    extensions: clientProfile(),
  })
  mkdirSync(lab.path(own), { recursive: true, mode: 0o700 })
  writeFileSync(lab.path(`${own}/cert.pem`), pem)
  for (const path of [own, `${own}/cert.pem`]) chownSync(lab.path(path), 2001, 2001)
  const then = (Date.now() - 8 * day) / 1000
  utimesSync(lab.path(`${own}/cert.pem`), then, then)
  return serial
}

beforeAll(async () => {
  lab = await startLab()
  await addSudo(lab)
  expect(await lab.exec(['dockerrunctl', 'install'])).toMatchObject({ status: 0, stderr: '' })
})
afterAll(() => lab.stop())
beforeEach(() => {
  rmSync(lab.path(own), { recursive: true, force: true })
  rmSync(lab.path(`${pki}/issued.jsonl`), { force: true })
})

it('gets the first one, and says nothing', async () => {
  expect(await login()).toBe('')
  expect(JSON.parse(readRecord()[0] ?? '')).toMatchObject({ login: 'alice', serial: serialOf() })
  expect(await login()).toBe('')
  await settle()
  expect(readRecord()).toHaveLength(1)
})

it('makes one anew that is due, beside the login and in silence, and once where there are many logins', async () => {
  const old = await putCertificate(9)
  expect(await Promise.all([login(), login(), login(), login()])).toEqual(['', '', '', ''])
  await until(() => serialOf() !== old, { what: 'another certificate' })
  await settle()
  expect(readRecord()).toHaveLength(1)
  expect(JSON.parse(readRecord()[0] ?? '')).toMatchObject({ login: 'alice', by: 2001, serial: serialOf() })
  expect(existsSync(lab.path(`${own}/.renewing`))).toBe(false)
})

it('leaves alone what is not due, however old the file is', async () => {
  const old = await putCertificate(11)
  expect(await login()).toBe('')
  await settle()
  expect(serialOf()).toBe(old)
  expect(existsSync(lab.path(`${pki}/issued.jsonl`))).toBe(false)
})

it('warns of one that ends within days and cannot be renewed, from the next login on and until it is', async () => {
  await putCertificate(5)
  const text = readFileSync(lab.path(rule))
  rmSync(lab.path(rule))
  expect(await login()).toBe('')
  await settle()
  const end = new Date(Date.now() + 5 * day).toISOString().slice(0, 10)
  const warning = `dockerrun: your certificate ends on ${end} and could not be renewed: try sudo dockerrunctl cert issue --self, or ask the administrator\n`
  expect(await login()).toBe(warning)
  await settle()
  writeFileSync(lab.path(rule), text, { mode: 0o440 })
  expect(await login()).toBe(warning)
  await settle()
  expect(await login()).toBe('')
})

it('is nothing to a shell without a terminal, and asks for none where the CA is on another host', async () => {
  const argv = ['sh', '-l', '-c', 'echo "$DOCKER_CERT_PATH"']
  expect(await lab.exec(argv, { as: 'alice' })).toMatchObject({ status: 0, stdout: `${own}\n`, stderr: '' })
  rmSync(lab.path(`${pki}/ca-key.pem`))
  expect(await login()).toBe('')
  await settle()
  expect(existsSync(lab.path(own))).toBe(false)
  expect(await lab.exec(['sudo', '-n', 'dockerrunctl', 'cert', 'issue', '--self'], { as: 'alice' })).toMatchObject({
    status: 125,
    stdout: '',
    stderr: `dockerrunctl: ${pki}/ca-key.pem: the key of this CA is on another host
dockerrunctl: hint: make a request here (dockerrunctl cert request), and have it signed there (dockerrunctl cert sign)
`,
  })
})
