/** Which image a run takes, with an engine that answers as told: what is asked, what is pulled, and with whose login. */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { chooseVersion } from '../../../src/client/api.ts'
import { findImage, type Wish } from '../../../src/client/image.ts'
import { formatPlatform, isForPlatform, parsePlatform } from '../../../src/client/platform.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'
import type { Engine, Options, Reply } from '../../../src/host/http.ts'

type Told = {
  readonly stream?: string
  readonly newest?: string
  readonly env?: Record<string, string>
  readonly config?: unknown
}

const fakeEngine = (
  answers: readonly (object | 404)[],
  { stream = '', newest = '1.47', env = {}, config = {} }: Told = {},
) => {
  const calls: { readonly line: string; readonly options: Options }[] = []
  const left = [...answers]
  const engine: Engine = {
    settings: { env, config: parseDockerConfig(JSON.stringify(config), '/d/config.json'), address: '' },
    ask: (method, path, options = {}): Promise<Reply> => {
      calls.push({ line: `${method} ${path}`, options })
      const answer = left.shift() ?? 404
      const body = Buffer.from(JSON.stringify(answer === 404 ? { message: 'No such image' } : answer))
      return Promise.resolve({ status: answer === 404 ? 404 : 200, headers: { 'api-version': newest }, body })
    },
    open: (method, path, options = {}) => {
      calls.push({ line: `${method} ${path}`, options })
      const response = Object.assign(new IncomingMessage(new Socket()), { statusCode: 200, complete: true })
      if (stream !== '') response.push(stream)
      response.push(null)
      return Promise.resolve(response)
    },
    hijack: () => Promise.reject(new Error('not here')),
    warm: () => {},
    close: () => {},
  }
  const find = (wish: Partial<Wish> = {}) =>
    findImage(engine, {
      image: 'r.site/tools:1',
      pull: 'missing',
      notice: () => {},
      quiet: true,
      signal: AbortSignal.timeout(5_000),
      ...wish,
    })
  return { calls, find, lines: () => calls.map(({ line }) => line) }
}

const amd64 = { Id: 'sha256:a', Os: 'linux', Architecture: 'amd64' }
const arm64 = { Id: 'sha256:b', Os: 'linux', Architecture: 'arm64', Variant: 'v8' }
const inspect = 'GET /images/r.site/tools:1/json'

describe('an image that is here', () => {
  it('is taken without a pull, nor is anybody asked for a login', async () => {
    const { find, lines } = fakeEngine([amd64], { config: { credsStore: 'no-such-helper' } })
    expect((await find()).image.id).toBe('sha256:a')
    expect(lines()).toEqual([inspect])
  })

  it('for another platform is none: it is pulled for the one that is asked for, as docker says it', async () => {
    const { find, calls, lines } = fakeEngine([amd64, arm64])
    expect((await find({ platform: 'Linux/arm64' })).image.id).toBe('sha256:b')
    expect(lines()).toEqual([inspect, 'POST /v1.47/images/create', `GET /v1.47${inspect.slice(4)}`])
    expect(calls[1]?.options.query).toEqual({ fromImage: 'r.site/tools', tag: '1', platform: 'linux/arm64' })
  })

  it('for the platform that is asked for is taken', async () => {
    const { find, lines } = fakeEngine([arm64])
    await find({ platform: 'linux/arm64' })
    expect(lines()).toEqual([inspect])
  })

  it('is judged by an engine that can: the image may be wrong about itself', async () => {
    const { find, calls } = fakeEngine([amd64], { newest: '1.49' })
    expect((await find({ platform: 'linux/arm64' })).image.id).toBe('sha256:a')
    expect(calls[0]?.options.query).toEqual({ platform: '{"os":"linux","architecture":"arm64"}' })
  })

  it('for another platform is said to be missing where nothing may be pulled', async () => {
    const { find } = fakeEngine([amd64])
    await expect(find({ platform: 'linux/arm64', pull: 'never' })).rejects.toThrow('no such image here for linux/arm64')
  })

  it('for another platform is not taken after a pull either', async () => {
    const { find } = fakeEngine([amd64, amd64])
    await expect(find({ platform: 'linux/arm64' })).rejects.toThrow('no such image for linux/arm64, and pulling')
  })
})

describe('a pull', () => {
  const auths = { 'r.site': { auth: Buffer.from('alice:secret').toString('base64') } }
  const sent = async (told: Told, wish: Partial<Wish> = {}) => {
    const { find, calls } = fakeEngine([404, amd64], told)
    await find(wish)
    const header = calls[1]?.options.headers?.['X-Registry-Auth']
    return header === undefined ? undefined : (JSON.parse(Buffer.from(header, 'base64url').toString()) as unknown)
  }

  it('carries the login of its registry, and nothing else does', async () => {
    expect(await sent({ config: { auths } })).toEqual({
      username: 'alice',
      password: 'secret',
      serveraddress: 'r.site',
    })
    const { find, calls } = fakeEngine([404, amd64], { config: { auths } })
    await find()
    expect(JSON.stringify([calls[0], calls[2]])).not.toContain('X-Registry-Auth')
  })

  it('carries the login of DOCKER_AUTH_CONFIG before that of a helper', async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) }
    expect(await sent({ env, config: { credsStore: 'no-such-helper' } })).toMatchObject({ username: 'alice' })
  })

  it('tells no progress within a layer, in the words of old engines and of new ones', async () => {
    const lines = [
      { status: 'Pulling fs layer', id: 'a', progressDetail: {} },
      { status: 'Downloading', id: 'a', progress: '[=> ]' },
      { status: 'Downloading', id: 'a', progressDetail: { current: 1, total: 2 } },
    ]
    const told: string[] = []
    const { find } = fakeEngine([404, amd64], { stream: lines.map((line) => `${JSON.stringify(line)}\n`).join('') })
    await find({ quiet: false, notice: (line) => void told.push(line) })
    expect(told).toEqual(['a: Pulling fs layer'])
  })

  it.for(['other.site/tools:1', 'tools:1'])('of %s carries no login of r.site', async (image) => {
    expect(await sent({ config: { auths } }, { image })).toBeUndefined()
  })

  it('fails where its helper is missing, before anything is pulled', async () => {
    const { find, lines } = fakeEngine([404], {
      config: { credsStore: 'no-such-helper' },
      env: { PATH: '/nonexistent' },
    })
    await expect(find()).rejects.toMatchObject({ code: 'settings', status: 125 })
    expect(lines()).toEqual([inspect])
  })
})

describe('a platform', () => {
  it.for([
    { text: 'linux/arm64', expected: 'linux/arm64' },
    { text: 'linux/arm64/v8', expected: 'linux/arm64' },
    { text: 'linux/aarch64', expected: 'linux/arm64' },
    { text: 'linux/x86_64', expected: 'linux/amd64' },
    { text: 'linux/amd64/v2', expected: 'linux/amd64/v2' },
    { text: 'linux/arm', expected: 'linux/arm/v7' },
    { text: 'linux/arm/6', expected: 'linux/arm/v6' },
    { text: 'armhf', expected: 'linux/arm/v7' },
    { text: 'ppc64le', expected: 'linux/ppc64le' },
    { text: 'linux', expected: 'linux/s390x' },
    { text: 'LINUX/ARM64', expected: 'linux/arm64' },
  ])('$text is $expected', ({ text, expected }) => {
    expect(formatPlatform(parsePlatform(text, 's390x'))).toBe(expected)
  })

  it.for(['', 'nosuch', 'linux/', '/amd64', 'linux/a/b/c', 'linux/*', 'linux/amd64/v1?x'])('%j is refused', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'usage', status: 125 }))
  })

  it.for([
    { wanted: 'linux/arm/v7', image: { os: 'linux', architecture: 'arm', variant: 'v6' }, serves: true },
    { wanted: 'linux/arm/v6', image: { os: 'linux', architecture: 'arm', variant: 'v7' }, serves: false },
    { wanted: 'linux/arm/v6', image: { os: 'linux', architecture: 'arm' }, serves: true },
    { wanted: 'linux/amd64', image: { os: 'windows', architecture: 'amd64' }, serves: false },
    { wanted: 'linux/arm64', image: { os: 'linux', architecture: 'arm64', variant: 'v8' }, serves: true },
  ])('$wanted and an image for $image: $serves', ({ wanted, image, serves }) => {
    expect(isForPlatform(parsePlatform(wanted), image)).toBe(serves)
  })
})

describe('DOCKER_API_VERSION', () => {
  it.for([
    { wanted: '1.41', newest: '1.51', version: '1.41' },
    { wanted: 'v1.43', newest: '1.51', version: '1.43' },
    { wanted: '1.52', newest: '1.52', version: '1.52' },
    { wanted: '', newest: '1.52', version: '1.51' },
  ])('$wanted for an engine of $newest is $version', ({ wanted, newest, version }) => {
    expect(chooseVersion(newest, wanted)).toBe(version)
  })

  it.for(['1.40', '1.48', 'new', '2.0', '1.43/../..'])('%s is refused by an engine of 1.47', (wanted) => {
    expect(() => chooseVersion('1.47', wanted)).toThrow(
      expect.objectContaining({ code: 'settings', message: expect.stringContaining('1.41 to 1.47') as string }),
    )
  })

  it('is in the path of what is asked', async () => {
    const { find, lines } = fakeEngine([404, amd64], { env: { DOCKER_API_VERSION: '1.42' } })
    await find()
    expect(lines()[1]).toBe('POST /v1.42/images/create')
  })
})
