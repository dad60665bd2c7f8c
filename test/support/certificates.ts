/** One CA for one engine of a lab, made by dockerrunctl, and the certificates of its users. */
import type { Namespace } from './namespace.ts'
import { execProgram } from './program.ts'

export type Certificates = {
  /** The folder of the CA, a path inside: ca.pem, server/cert.pem, server/key.pem. */
  readonly folder: string
  readonly make: () => Promise<void>
  /** DOCKER_CERT_PATH of a login. */
  readonly pathOf: (login: string) => string
  readonly issue: (login: string, ...options: readonly string[]) => Promise<string>
}

export const makeCertificates = (lab: Namespace, engine: string): Certificates => {
  const folder = `/run/lab/engines/${engine}/ca`
  const users = `/run/lab/certificates/${engine}`
  const ctl = async (...args: readonly string[]) => {
    const { status, stderr } = await execProgram(lab, ['dockerrunctl', '--dir', folder, ...args])
    if (status !== 0) throw new Error(`dockerrunctl ${args.join(' ')}: status ${status}\n${stderr}`)
  }
  const pathOf = (login: string) => `${users}/${login}`
  return {
    folder,
    pathOf,
    make: async () => {
      for (const each of ['/run/lab/certificates', users]) lab.makeFolder(each)
      await ctl('ca', 'init')
      await ctl('cert', 'server')
    },
    issue: async (login, ...options) => {
      await ctl('cert', 'issue', login, '--out', pathOf(login), ...options)
      return pathOf(login)
    },
  }
}
