/** Debian's docker-registry inside a lab, plain HTTP on 127.0.0.1:5000, which engines take without more. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Engine } from './engine.ts'
import type { Lab } from './lab.ts'
import { until } from './until.ts'

const address = '127.0.0.1:5000'
const busybox = '/usr/local/lib/engine/bin/busybox'

/** Who may pull and push: NAME:PASSWORD, and the line of htpasswd(1), bcrypt, that says so. */
export type RegistryLogin = { readonly words: string; readonly htpasswd: string }

/**
 * Starts it and puts the engine's busybox there as `name`; the engine itself does not keep it. Returns the image to pull.
 * With a login it is for those alone who have it.
 */
export async function startRegistry(lab: Lab, engine: Engine, name: string, login?: RegistryLogin): Promise<string> {
  const folder = '/run/lab/registry'
  mkdirSync(lab.path(folder), { recursive: true })
  const storage = `storage: {filesystem: {rootdirectory: ${folder}/data}}`
  const auth = login === undefined ? '' : `auth: {htpasswd: {realm: lab, path: ${folder}/htpasswd}}\n`
  const basic = Buffer.from(login?.words ?? '').toString('base64')
  writeFileSync(lab.path(`${folder}/htpasswd`), `${login?.htpasswd ?? ''}\n`)
  writeFileSync(
    lab.path(`${folder}/config.yml`),
    `version: 0.1\nlog: {level: warn}\n${storage}\nhttp: {addr: "${address}"}\n${auth}`,
  )
  writeFileSync(
    lab.path(`${folder}/config.json`),
    JSON.stringify({ auths: login === undefined ? {} : { [address]: { auth: basic } } }),
  )
  const service = lab.spawn(['/usr/local/lib/engine/usr/bin/docker-registry', 'serve', `${folder}/config.yml`], {
    env: { OTEL_TRACES_EXPORTER: 'none' },
  })
  const isUp = async () =>
    (await lab.exec([busybox, 'wget', '-qO-', '--header', `Authorization: Basic ${basic}`, `http://${address}/v2/`]))
      .status === 0
  await until(isUp, { what: 'the registry', log: service.output })
  const image = `${address}/${name}`
  for (const line of [`tag busybox ${image}`, `push -q ${image}`, `rmi ${image}`]) {
    const { status, stderr } = await lab.exec([
      'docker',
      '--config',
      folder,
      '-H',
      `unix://${engine.socket}`,
      ...line.split(' '),
    ])
    if (status !== 0) throw new Error(`docker ${line}: ${stderr}`)
  }
  return image
}
