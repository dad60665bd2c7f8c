/** What doctor asks a TCP address, of servers that say all it could hear. */
import { X509Certificate } from 'node:crypto'
import { createServer as createPlain, type Server } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer, type ServerOptions } from 'node:https'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../src/admin/authority.ts'
import { issueServer } from '../../../src/admin/issue-server.ts'
import { askTcp } from '../../../src/host/tcp-answers.ts'
import { makeFolder } from '../../support/folder.ts'

let folder: ReturnType<typeof makeFolder>
let keys: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer }

beforeAll(async () => {
  folder = makeFolder()
  const dir = join(folder.path, 'pki')
  const place = { dir, hostname: 'node7', now: new Date() }
  await createAuthority({ ...place, days: 2 })
  await issueServer({ ...place, names: [], days: 1, by: 0 })
  const read = (name: string) => readFileSync(join(dir, name))
  keys = { cert: read('server/cert.pem'), key: read('server/key.pem'), ca: read('ca.pem') }
})
afterAll(() => folder[Symbol.dispose]())

const answer: Parameters<typeof createPlain>[1] = (_, response) => void response.end('OK')
const mutual: ServerOptions = { requestCert: true, rejectUnauthorized: true }

const ask = async (server: Server | NetServer) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  // Clients that are refused are what this is about.
  server.on('tlsClientError', () => {})
  try {
    return await askTcp({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  } finally {
    server.close()
  }
}

describe('an address that', () => {
  it('asks for a certificate, as an engine does', async () => {
    expect(await ask(createServer({ ...keys, ...mutual, minVersion: 'TLSv1.2' }, answer))).toEqual({
      answersPlain: false,
      asksForCertificate: true,
      takesOldTls: false,
      offersHttp2: false,
      fingerprint: new X509Certificate(keys.cert).fingerprint256,
    })
  })

  it('asks for none', async () => {
    expect(await ask(createServer({ ...keys }, answer))).toMatchObject({
      asksForCertificate: false,
      answersPlain: false,
    })
  })

  it('speaks no TLS', async () => {
    expect(await ask(createPlain(answer))).toMatchObject({ answersPlain: true })
  })

  it('speaks TLS 1.1 too', async () => {
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const
    expect(await ask(createServer({ ...keys, ...old }, answer))).toMatchObject({ takesOldTls: true })
    expect(await ask(createServer({ ...keys, ...old, ...mutual }, answer))).toMatchObject({
      takesOldTls: true,
      asksForCertificate: true,
    })
  })

  it('offers HTTP/2, also where it asks for a certificate', async () => {
    expect(await ask(createSecureServer({ ...keys, ...mutual }))).toMatchObject({
      offersHttp2: true,
      asksForCertificate: true,
    })
  })

  it('has nobody there', async () => {
    const server = createPlain(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    await expect(askTcp({ host: '127.0.0.1', port })).rejects.toThrow('ECONNREFUSED')
  })
})
