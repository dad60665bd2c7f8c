import { readFileSync } from 'node:fs'
import { Failure } from '../failure.ts'

/** `source` says in messages where the folder was named. */
export type Certificate = {
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
  readonly folder: string
  readonly source: string
}

/** All three, though docker goes without the user's own where there is none: the gate knows people by their certificates. */
export const readCertificate = (folder: string, source: string): Certificate => {
  const read = (name: string) => readPem(`${folder}/${name}`, source)
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), folder, source }
}

const readPem = (path: string, source: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new Failure('certificate', isMissing ? `no certificate: ${path} does not exist` : `cannot read ${path}`, {
      hint: isMissing
        ? `ask the administrator for a certificate; ${source} is where it is looked for`
        : `the folder of ${source} must be yours to read`,
    })
  }
}
