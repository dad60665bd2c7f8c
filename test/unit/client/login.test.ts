import { describe, expect, it } from 'vitest'
import { parseHelperAnswer } from '../../../src/client/credentials.ts'
import { encodeLogin, helperOf, loginOfEnvironment, registryKey, storedLogin } from '../../../src/client/login.ts'
import { proxyEnvironment } from '../../../src/client/proxies.ts'
import { parseReference, registryOf } from '../../../src/client/reference.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'

const config = (value: unknown) => parseDockerConfig(JSON.stringify(value), '/d/config.json')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hub = 'https://index.docker.io/v1/'

it.for([
  { image: 'busybox', registry: 'docker.io', key: hub },
  { image: 'alice/tools:1', registry: 'docker.io', key: hub },
  { image: 'docker.io/alice/tools', registry: 'docker.io', key: hub },
  { image: 'index.docker.io/alice/tools', registry: 'docker.io', key: hub },
  { image: 'r.site/tools', registry: 'r.site', key: 'r.site' },
  { image: 'r:5000/a/b:c', registry: 'r:5000', key: 'r:5000' },
  { image: 'R/a', registry: 'R', key: 'R' },
  { image: 'localhost/a', registry: 'localhost', key: 'localhost' },
  { image: '[::1]:5000/a', registry: '[::1]:5000', key: '[::1]:5000' },
])('$image comes from $registry, whose login is kept as $key', ({ image, registry, key }) => {
  expect(registryOf(parseReference(image))).toBe(registry)
  expect(registryKey(registry)).toBe(key)
})

describe('a login in config.json', () => {
  it.for([
    {
      name: 'is decoded',
      auths: { 'r.site': { auth: base64('alice:a:b') } },
      login: { username: 'alice', password: 'a:b', serveraddress: 'r.site' },
    },
    {
      name: 'is found by a URL of old times',
      auths: { 'https://r.site/v1/': { auth: base64('alice:x') } },
      login: { username: 'alice', password: 'x', serveraddress: 'https://r.site/v1/' },
    },
    {
      name: 'is that of the very name, where there are both',
      auths: { 'https://r.site/v1/': { auth: base64('old:x') }, 'r.site': { auth: base64('new:x') } },
      login: { username: 'new', serveraddress: 'r.site' },
    },
    {
      name: 'may be a token',
      auths: { 'r.site': { auth: base64('u:'), identitytoken: 'T' } },
      login: { username: 'u', password: '', identitytoken: 'T' },
    },
    {
      name: 'may be written out',
      auths: { 'r.site': { username: 'alice', password: 'x' } },
      login: { username: 'alice', password: 'x' },
    },
  ])('$name', ({ auths, login }) => {
    expect(storedLogin(config({ auths }), 'r.site')).toMatchObject(login)
  })

  it.for(['r.site:5000', 'other', 'constructor', ''])('is not given to %j', (key) => {
    const auths = { 'r.site': { auth: base64('alice:x') }, 'https://r.site:443/': { auth: base64('alice:x') } }
    expect(storedLogin(config({ auths }), key)).toEqual({})
  })

  it.for(['!', base64('alice'), base64(':x')])('whose auth is %j is an error without it', (auth) => {
    const find = () => storedLogin(config({ auths: { 'r.site': { auth } } }), 'r.site')
    expect(find).toThrow('/d/config.json: auths: r.site: auth is not the base64 of NAME:PASSWORD')
  })

  it('gives way to DOCKER_AUTH_CONFIG', () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.site': { auth: base64('bob:y') } } }) }
    expect(loginOfEnvironment(env, 'r.site')).toMatchObject({ username: 'bob', password: 'y' })
    expect(loginOfEnvironment(env, 'other')).toBeUndefined()
    expect(() => loginOfEnvironment({ DOCKER_AUTH_CONFIG: '{"auths":"c2VjcmV0"' }, 'r')).toThrow(/^DOCKER_AUTH_CONFIG/)
  })
})

describe('a helper', () => {
  const both = config({ credsStore: 'all', credHelpers: { 'r.site': 'one', 'plain.site': '' } })
  it.for([
    { key: 'r.site', helper: 'one' },
    { key: 'other', helper: 'all' },
    { key: 'plain.site', helper: '' },
  ])('for $key is "$helper"', ({ key, helper }) => {
    expect(helperOf(both, key)).toBe(helper)
  })

  it.for([
    {
      name: 'gives a name and a password',
      answer: { status: 0, stdout: '{"ServerURL":"x","Username":"alice","Secret":"s"}\n' },
      login: { username: 'alice', password: 's', serveraddress: 'r.site' },
    },
    {
      name: 'gives a token',
      answer: { status: 0, stdout: '{"Username":"<token>","Secret":"T"}' },
      login: { identitytoken: 'T', serveraddress: 'r.site' },
    },
    {
      name: 'has none, in the words of the protocol',
      answer: { status: 1, stdout: 'credentials not found in native keychain\n' },
      login: {},
    },
  ])('$name', ({ answer, login }) => {
    expect(parseHelperAnswer(answer, 'one', 'r.site')).toEqual(login)
  })

  it.for([
    { name: 'fails', status: 1, stdout: 'gpg: secret s3cret' },
    { name: 'fails with an answer', status: 3, stdout: '{"Username":"alice","Secret":"s3cret"}' },
    { name: 'is killed', status: null, stdout: '' },
    { name: 'gives no JSON', status: 0, stdout: 's3cret' },
    { name: 'gives half', status: 0, stdout: '{"Username":"alice"}' },
    {
      name: 'gives words of the protocol with status 0',
      status: 0,
      stdout: 'credentials not found in native keychain',
    },
  ])('that $name is a failure, without its words', ({ status, stdout }) => {
    const parse = () => parseHelperAnswer({ status, stdout }, 'one', 'r.site')
    expect(parse).toThrow(/^no credentials for r\.site: docker-credential-one /)
    expect(parse).not.toThrow(/s3cret/)
  })
})

describe('X-Registry-Auth', () => {
  it('is base64url with its padding, which engines want', () => {
    const sent = encodeLogin({ username: 'ü>?', password: '\u00ff\u00fe', serveraddress: 'r', identitytoken: '' })
    expect(sent).toMatch(/^[A-Za-z0-9_-]+=*$/)
    expect((sent?.length ?? 0) % 4).toBe(0)
    expect(JSON.parse(Buffer.from(sent ?? '', 'base64url').toString())).toEqual({
      username: 'ü>?',
      password: '\u00ff\u00fe',
      serveraddress: 'r',
    })
  })

  it('is not sent for nobody', () => {
    expect(encodeLogin({})).toBeUndefined()
    expect(encodeLogin({ username: '', password: '', serveraddress: 'r' })).toBeUndefined()
  })
})

describe('proxies', () => {
  const proxies = config({
    proxies: {
      default: { httpProxy: 'http://p:1', noProxy: 'localhost' },
      'tcp://engine:2376': { httpsProxy: 'http://q:2', allProxy: 'http://r:3' },
    },
  })
  it.for([
    {
      name: 'are the default ones',
      address: 'unix:///var/run/docker.sock',
      given: [],
      expected: ['HTTP_PROXY=http://p:1', 'http_proxy=http://p:1', 'NO_PROXY=localhost', 'no_proxy=localhost'],
    },
    {
      name: "are the engine's own, and none of the default ones",
      address: 'tcp://engine:2376',
      given: [],
      expected: ['HTTPS_PROXY=http://q:2', 'https_proxy=http://q:2', 'ALL_PROXY=http://r:3', 'all_proxy=http://r:3'],
    },
    {
      name: 'give way to what -e names, in that case of letters',
      address: 'x',
      given: ['HTTP_PROXY=', 'no_proxy', 'A=b'],
      expected: ['http_proxy=http://p:1', 'NO_PROXY=localhost'],
    },
  ])('$name', ({ address, given, expected }) => {
    expect(proxyEnvironment(proxies, address, given)).toEqual(expected)
  })
  it('are none where config.json names none', () => {
    expect(proxyEnvironment(config({ proxies: { 'tcp://other': { httpProxy: 'x' } } }), 'tcp://engine:2376')).toEqual(
      [],
    )
  })
})
