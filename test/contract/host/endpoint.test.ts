/** The engine is found where docker finds it: variables, contexts and config.json of a real folder. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findEndpoint } from '../../../src/host/endpoint.ts'
import { makeFolder } from '../../support/folder.ts'

type Files = Readonly<Record<string, string>>

const write = (folder: string, files: Files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

const idOf = (name: string) => createHash('sha256').update(name).digest('hex')
const contextFiles = (name: string, docker: object): Files => ({
  [`contexts/meta/${idOf(name)}/meta.json`]: JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
})
const tlsFiles = (name: string): Files =>
  Object.fromEntries(['ca', 'cert', 'key'].map((each) => [`contexts/tls/${idOf(name)}/docker/${each}.pem`, each]))
const certificate: Files = { 'ca.pem': 'ca', 'cert.pem': 'cert', 'key.pem': 'key' }
const current = (name: string): Files => ({ 'config.json': JSON.stringify({ currentContext: name }) })

/** FOLDER in a variable stands for the folder of the files. */
const find = (files: Files, env: Readonly<Record<string, string>>) => {
  using folder = makeFolder()
  write(folder.path, files)
  const variables = Object.entries(env).map(([name, value]) => [name, value.replace('FOLDER', folder.path)])
  return findEndpoint({ DOCKER_CONFIG: folder.path, ...Object.fromEntries(variables) })
}

const socket = { kind: 'unix', path: '/var/run/docker.sock' }

describe('the engine is', () => {
  it.for([
    { name: 'at the default socket', files: {}, env: {}, expected: socket, address: 'unix:///var/run/docker.sock' },
    {
      name: 'where DOCKER_HOST says, whatever the contexts',
      files: { ...current('lab'), ...contextFiles('lab', { Host: 'tcp://lab:1' }) },
      env: { DOCKER_HOST: ' 10.0.0.1 ', DOCKER_CONTEXT: 'lab' },
      expected: { kind: 'tcp', host: '10.0.0.1', port: 2375, certificate: undefined },
      address: 'tcp://10.0.0.1:2375',
    },
    {
      name: 'where the context in DOCKER_CONTEXT says',
      files: { ...current('other'), ...contextFiles('lab', { Host: 'tcp://lab:1' }) },
      env: { DOCKER_CONTEXT: 'lab' },
      expected: { kind: 'tcp', host: 'lab', port: 1, certificate: undefined },
      address: 'tcp://lab:1',
    },
    {
      name: 'where the current context says, over TLS with its own files and whatever the variables',
      files: { ...current('lab'), ...contextFiles('lab', { Host: 'tcp://lab:1' }), ...tlsFiles('lab') },
      env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nonexistent' },
      expected: { kind: 'tcp', host: 'lab', port: 1, certificate: { source: 'context "lab"' } },
      address: 'tcp://lab:1',
    },
    {
      name: "at the port of HTTPS where a context with TLS names none, as Go's net/http has it",
      files: { ...contextFiles('lab', { Host: 'tcp://lab' }), ...tlsFiles('lab') },
      env: { DOCKER_CONTEXT: 'lab' },
      expected: { kind: 'tcp', host: 'lab', port: 443 },
      address: 'tcp://lab',
    },
    {
      name: 'at the port of HTTP where one without TLS names none',
      files: contextFiles('lab', { Host: 'tcp://lab' }),
      env: { DOCKER_CONTEXT: 'lab' },
      expected: { kind: 'tcp', host: 'lab', port: 80 },
      address: 'tcp://lab',
    },
    {
      name: 'the default one with DOCKER_CONTEXT=default',
      files: current('lab'),
      env: { DOCKER_CONTEXT: 'default' },
      expected: socket,
      address: 'unix:///var/run/docker.sock',
    },
    {
      name: 'on this machine over TLS where TLS alone is asked for',
      files: certificate,
      env: { DOCKER_TLS_VERIFY: '1' },
      expected: { kind: 'tcp', host: 'localhost', port: 2376, certificate: { source: 'DOCKER_CERT_PATH' } },
      address: 'tcp://localhost:2376',
    },
    {
      name: 'spoken to over TLS with the folder of DOCKER_CERT_PATH',
      files: { 'certs/ca.pem': 'ca', 'certs/cert.pem': 'cert', 'certs/key.pem': 'key' },
      env: { DOCKER_HOST: 'tcp://[::1]:7', DOCKER_TLS_VERIFY: '0', DOCKER_TLS: '1', DOCKER_CERT_PATH: 'FOLDER/certs' },
      expected: { kind: 'tcp', host: '::1', port: 7, certificate: { ca: Buffer.from('ca'), key: Buffer.from('key') } },
      address: 'tcp://[::1]:7',
    },
    {
      name: 'a socket, for which TLS is nothing',
      files: { ...contextFiles('lab', { Host: 'unix:///run/lab.sock', SkipTLSVerify: true }) },
      env: { DOCKER_CONTEXT: 'lab', DOCKER_TLS: '1' },
      expected: { kind: 'unix', path: '/run/lab.sock' },
      address: 'unix:///run/lab.sock',
    },
  ])('$name', ({ files, env, expected, address }) => {
    const endpoint = find(files, env)
    expect(endpoint).toMatchObject(expected)
    expect(endpoint.settings?.address).toBe(address)
  })
})

describe('it is refused, with a reason and a hint,', () => {
  it.for([
    {
      name: 'a context that does not exist',
      files: {},
      env: { DOCKER_CONTEXT: 'no' },
      says: /"no" does not exist, and DOCKER_CONTEXT/,
    },
    {
      name: 'one that config.json names',
      files: current('no'),
      env: {},
      says: /currentContext in .*config\.json names it/,
    },
    { name: 'a way out of the folder', files: {}, env: { DOCKER_CONTEXT: '../../etc' }, says: /does not exist/ },
    {
      name: 'ssh',
      files: contextFiles('s', { Host: 'ssh://h' }),
      env: { DOCKER_CONTEXT: 's' },
      says: /context "s": .*ssh is not/,
    },
    {
      name: 'an engine that is not verified',
      files: contextFiles('s', { Host: 'tcp://h:1', SkipTLSVerify: true }),
      env: { DOCKER_CONTEXT: 's' },
      says: /could be anybody/,
    },
    {
      name: 'DOCKER_TLS alone',
      files: certificate,
      env: { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS: '1' },
      says: /could be anybody/,
    },
    { name: 'DOCKER_TLS alone without a host', files: certificate, env: { DOCKER_TLS: '1' }, says: /could be anybody/ },
    {
      name: 'a context that is broken',
      files: { [`contexts/meta/${idOf('s')}/meta.json`]: '{' },
      env: { DOCKER_CONTEXT: 's' },
      says: /meta\.json, line 1: this is not JSON|meta\.json: this is not JSON/,
    },
    {
      name: 'a config.json that is broken',
      files: { 'config.json': '{"auths":' },
      env: { DOCKER_HOST: 'tcp://h:1' },
      says: /config\.json.*: this is not JSON/,
    },
    {
      name: 'a config.json that is a folder',
      files: { 'config.json/x': '' },
      env: {},
      says: /cannot read .*config\.json \(EISDIR\)/,
    },
  ])('$name', ({ files, env, says }) => {
    expect(() => find(files as Files, env as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'settings', status: 125, message: expect.stringMatching(says) as string }),
    )
  })

  it('a context that lacks one of its files', () => {
    const { [`contexts/tls/${idOf('lab')}/docker/key.pem`]: _, ...files } = tlsFiles('lab')
    expect(() =>
      find({ ...contextFiles('lab', { Host: 'tcp://lab:1' }), ...files }, { DOCKER_CONTEXT: 'lab' }),
    ).toThrow(
      expect.objectContaining({ code: 'certificate', hint: expect.stringContaining('context "lab"') as string }),
    )
  })
})
