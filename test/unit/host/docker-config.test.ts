import { describe, expect, it } from 'vitest'
import { chooseContext } from '../../../src/host/endpoint.ts'
import { parseContext } from '../../../src/host/context.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'
import { findHeaders } from '../../../src/host/http-headers.ts'

const parse = (value: unknown) => parseDockerConfig(JSON.stringify(value), '/d/config.json')

describe('config.json', () => {
  it.for(['', ' \n', '{}', '{"auths":null,"currentContext":null,"HttpHeaders":null}'])('%j says nothing', (text) => {
    expect(parseDockerConfig(text, '/d/config.json')).toEqual(parse({}))
    expect(parse({})).toMatchObject({ currentContext: '', detachKeys: '', credsStore: '' })
  })

  it('is read whatever the case of its keys, as Go reads it, and hosts as they are written', () => {
    const config = parse({ CurrentContext: 'lab', DETACHKEYS: 'ctrl-a,a', Auths: { 'R.site': { Auth: 'x' } } })
    expect(config).toMatchObject({ currentContext: 'lab', detachKeys: 'ctrl-a,a' })
    expect(config.auths.get('R.site')).toMatchObject({ auth: 'x', username: '' })
    expect(config.auths.get('r.site')).toBeUndefined()
  })

  it('has no registry that nobody wrote there', () => {
    expect(parse({ auths: {} }).auths.get('constructor')).toBeUndefined()
  })

  it.for([
    { name: 'no JSON', text: '{"auths": {"r": {"auth": "c2VjcmV0"}', where: /^\/d\/config\.json/ },
    { name: 'a list', text: '[]', where: /^\/d\/config\.json: an object/ },
    { name: 'a number for a name', text: '{"credsStore":1}', where: /credsStore: a string/ },
    { name: 'a login that is a string', text: '{"auths":{"r":"c2VjcmV0"}}', where: /auths: r: an object/ },
    { name: 'a helper that is none', text: '{"credHelpers":{"r":["c2VjcmV0"]}}', where: /credHelpers: r: a string/ },
    { name: 'a proxy that is none', text: '{"proxies":{"default":{"httpProxy":1}}}', where: /default: httpProxy/ },
  ])('with $name is an error that names the file, and nothing it holds', ({ text, where }) => {
    const read = () => parseDockerConfig(text, '/d/config.json')
    expect(read).toThrow(expect.objectContaining({ name: 'Failure', code: 'settings', status: 125 }))
    expect(read).toThrow(where)
    expect(read).not.toThrow(/c2VjcmV0/)
  })
})

describe('the context', () => {
  const path = '/d/config.json'
  it.for([
    { name: 'is the environment where nothing is said', env: {}, current: '', context: 'default' },
    { name: 'is that of config.json', env: {}, current: 'lab', context: 'lab' },
    { name: 'is DOCKER_CONTEXT before that', env: { DOCKER_CONTEXT: 'mine' }, current: 'lab', context: 'mine' },
    {
      name: 'is none with DOCKER_HOST',
      env: { DOCKER_HOST: 'x', DOCKER_CONTEXT: 'y' },
      current: 'z',
      context: 'default',
    },
    {
      name: 'is not unsaid by empty variables',
      env: { DOCKER_HOST: '', DOCKER_CONTEXT: '' },
      current: 'z',
      context: 'z',
    },
  ])('$name', ({ env, current, context }) => {
    expect(chooseContext(env, { currentContext: current, path }).name).toBe(context)
  })

  it.for([
    {
      name: 'is read as docker writes it',
      meta: { Name: 'lab', Metadata: {}, Endpoints: { docker: { Host: 'tcp://h:1', SkipTLSVerify: false } } },
      expected: { host: 'tcp://h:1', skipsVerification: false },
    },
    {
      name: 'tells that it trusts anybody, in any case of letters',
      meta: { endpoints: { docker: { host: 'tcp://h:1', skiptlsverify: true } } },
      expected: { host: 'tcp://h:1', skipsVerification: true },
    },
    {
      name: 'without a host is the default socket',
      meta: { Endpoints: { docker: {} } },
      expected: { host: 'unix:///var/run/docker.sock', skipsVerification: false },
    },
  ])('$name', ({ meta, expected }) => {
    expect(parseContext(JSON.stringify(meta), '/m', 'lab')).toEqual(expected)
  })

  it.for([
    { meta: {}, why: 'context "lab" is for no docker engine' },
    { meta: { Endpoints: { kubernetes: {} } }, why: 'context "lab" is for no docker engine' },
    { meta: { Endpoints: { docker: { SkipTLSVerify: 'yes' } } }, why: 'SkipTLSVerify: true or false' },
  ])('$meta is refused with a reason', ({ meta, why }) => {
    expect(() => parseContext(JSON.stringify(meta), '/m', 'lab')).toThrow(why)
  })
})

describe('headers of the user', () => {
  const config = parse({ HttpHeaders: { 'X-Meta-Site': 'a', 'User-Agent': 'x', host: 'other', 'Content-Length': '7' } })

  it('are those of config.json, but for what docker and Go keep for themselves', () => {
    expect(findHeaders({ config, env: {} })).toEqual({ 'X-Meta-Site': 'a' })
  })

  it('are those of DOCKER_CUSTOM_HEADERS in their stead', () => {
    const DOCKER_CUSTOM_HEADERS = 'one=1,"two=2,""2""", three = 3 ,four='
    expect(findHeaders({ config, env: { DOCKER_CUSTOM_HEADERS } })).toEqual({
      one: '1',
      two: '2,"2"',
      three: ' 3 ',
      four: '',
    })
  })

  it.for(['one', '=1', 'a=1,,b=2', '"a=1', 'a=1"x', 'a b=c', 'a=secret\nX-Evil: 1'])(
    'DOCKER_CUSTOM_HEADERS=%j is refused',
    (DOCKER_CUSTOM_HEADERS) => {
      const find = () => findHeaders({ config, env: { DOCKER_CUSTOM_HEADERS } })
      expect(find).toThrow(expect.objectContaining({ name: 'Failure', code: 'settings' }))
      expect(find).not.toThrow(/secret/)
    },
  )

  it.for([{ 'a b': 'secret' }, { a: 'secret\r\nX-Evil: 1' }])('HttpHeaders %j are refused', (HttpHeaders) => {
    const find = () => findHeaders({ config: parse({ HttpHeaders }), env: {} })
    expect(find).toThrow(/^\/d\/config\.json: HttpHeaders/)
    expect(find).not.toThrow(/secret/)
  })
})
