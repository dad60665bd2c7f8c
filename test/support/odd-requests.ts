/** Requests to the engine, and what can be wrong with their first line: generators for the property tests of test/attacks. */
import * as fc from 'fast-check'
import { operations } from '../../src/contract/operations.ts'
import type { Described } from './docker-api.ts'
import type { RawRequest } from './go-reading.ts'
import type { Oddity } from './odd-json.ts'

const pick = <T>(list: readonly T[], which: number): T => list[which % list.length] as T

const ids = ['x', 'web', 'json', 'create', 'start', 'a'.repeat(64), 'my.name_1-2']
const names = [
  ...ids,
  'busybox:latest',
  'localhost/alice/app',
  '127.0.0.1:5000/lab/busybox:1.2',
  'a@sha256:00',
  'get/json',
]
const versions = ['', '/v1.41', '/v1.44', '/v1.51', '/v1.56']
const values = [
  'a=b',
  '==',
  '',
  '1',
  'a',
  'a%2Fb',
  'a+b',
  'a%20b',
  '%7B%22label%22%3A%5B%22a%3Db%22%5D%7D',
  'x:y',
  '%C3%A9',
  '%2B',
  '%00',
]

/** A request that has one reading: for an operation, with parameters that it has, and an empty object where a body is due. */
export const plainRequest = (api: ReadonlyMap<string, Described>): fc.Arbitrary<RawRequest> =>
  fc
    .constantFrom(...operations)
    .chain(({ id, method, path }) =>
      fc.record({
        method: fc.constant(method),
        object: fc.constantFrom(...(path.includes('{name}') ? names : ids)),
        path: fc.constant(path),
        version: fc.constantFrom(...versions),
        query: plainQuery([...(api.get(id)?.query.keys() ?? [])]),
        bodied: fc.constantFrom(...(api.get(id)?.body === undefined ? withoutBody : withBody)),
      }),
    )
    .map(({ method, object, path, version, query, bodied }) => ({
      method,
      target: `${version}${path.replaceAll(/\{[a-z]+\}/g, object)}${query === '' ? '' : `?${query}`}`,
      ...bodied,
    }))

type Bodied = Pick<RawRequest, 'headers' | 'body'>
/** The last is what docker's own client sends. */
const withoutBody: readonly Bodied[] = [
  { headers: [], body: '' },
  { headers: [['Content-Length', '0']], body: '' },
  {
    headers: [
      ['Content-Type', 'text/plain'],
      ['Content-Length', '0'],
    ],
    body: '',
  },
]
const withBody: readonly Bodied[] = [
  {
    headers: [
      ['Content-Type', 'application/json'],
      ['Content-Length', '2'],
    ],
    body: '{}',
  },
  {
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['content-length', '2'],
    ],
    body: '{}',
  },
  {
    headers: [
      ['Content-Type', 'application/json'],
      ['Content-Type', 'text/plain'],
      ['Content-Length', '2'],
    ],
    body: '{}',
  },
]

const plainQuery = (parameters: readonly string[]): fc.Arbitrary<string> =>
  parameters.length === 0
    ? fc.constant('')
    : fc
        .uniqueArray(fc.constantFrom(...parameters), { maxLength: 4 })
        .chain((keys) =>
          fc.tuple(...keys.map((key) => fc.constantFrom(key, `${key}=`, ...values.map((value) => `${key}=${value}`)))),
        )
        .map((pairs) => pairs.join('&'))

type Part = (text: string, at: number, which: number) => string

/** Changes the path behind the version, or the query, of a target. */
const onPath =
  (change: Part): Oddity<RawRequest>['apply'] =>
  (request, at, which) => {
    const [path = '', ...query] = request.target.split('?')
    const target = [change(path, at, which), ...query].join('?')
    return { ...request, target }
  }
const onQuery =
  (change: Part): Oddity<RawRequest>['apply'] =>
  (request, at, which) => {
    const [path = '', ...query] = request.target.split('?')
    return { ...request, target: `${path}?${change(query.join('?') || 'force=1', at, which)}` }
  }

const splice = (text: string, at: number, gone: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + gone)
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
const slash = (path: string, at: number): number => {
  const places = [...path.matchAll(/\//g)].map(({ index }) => index)
  return pick(places, at)
}
const oddVersions = [
  '/v01.41',
  '/v1.041',
  '/v1.41.0',
  '/v1.41.',
  '/v.1.41',
  '/v1.12',
  '/v1.40',
  '/v2.41',
  '/v1',
  '/v1..41',
  '/v1.9',
  '/V1.41',
  '/1.41',
  '/v1.410',
]

/** Each makes a request line that must be refused. */
export const lineOddities: readonly Oddity<RawRequest>[] = [
  {
    name: 'a percent escape in the path',
    why: /path/,
    apply: onPath((path, at) => splice(path, at % path.length, 1, percent(path.charAt(at % path.length)))),
  },
  {
    name: 'an escaped slash',
    why: /path/,
    apply: onPath((path, at, which) => splice(path, slash(path, at), 1, pick(['%2f', '%2F', '%252f'], which))),
  },
  { name: 'a doubled slash', why: /path/, apply: onPath((path, at) => splice(path, slash(path, at), 1, '//')) },
  {
    name: 'a dot segment',
    why: /path/,
    apply: onPath((path, at, which) =>
      splice(path, slash(path, at), 1, pick(['/./', '/../', '/x/../', '/.../'], which)),
    ),
  },
  { name: 'a slash behind', why: /path/, apply: onPath((path) => `${path}/`) },
  {
    name: 'a path parameter, a fragment, an escaped question mark',
    why: /path/,
    apply: onPath((path, _, which) => path + pick([';x=1', '#x', '%3fforce=1', '%23', '%00', '\\'], which)),
  },
  {
    name: 'a byte outside ASCII',
    why: /path/,
    apply: onPath((path, at, which) =>
      splice(path, 1 + (at % path.length), 0, pick(['\xff', '\xc3\xa9', '\xc5\xbf', '\xe2\x84\xaa'], which)),
    ),
  },
  {
    name: 'absolute form',
    why: /path/,
    apply: ({ target, ...rest }, _, which) => ({
      ...rest,
      target: pick(['http://evil', 'HTTPS://engine:2376', 'unix://x', 'http://'], which) + target,
    }),
  },
  {
    name: 'another version',
    why: /path|version|operation/,
    apply: ({ target, ...rest }, _, which) => ({
      ...rest,
      target: pick(oddVersions, which) + target.replace(/^\/v1\.[0-9]+/, ''),
    }),
  },
  {
    name: 'another case of the path',
    why: /path|operation/,
    apply: onPath((path) =>
      path.replace(
        /^((?:\/v1\.[0-9]+)?\/_?)([a-z])/,
        (_, before: string, letter: string) => before + letter.toUpperCase(),
      ),
    ),
  },
  {
    name: 'another method',
    why: /operation/,
    apply: (request, _, which) => ({
      ...request,
      method: pick(['PATCH', 'OPTIONS', 'CONNECT', 'TRACE', request.method.toLowerCase(), `X${request.method}`], which),
    }),
  },
  {
    name: 'a parameter twice',
    why: /twice/,
    apply: onQuery((query, at, which) => {
      const pair = pick(query.split('&'), at)
      const [key = ''] = pair.split('=')
      return pick(
        [
          `${query}&${key}=b`,
          `${key}=b&${query}`,
          `${query}&${percent(key)}${key.slice(1)}=b`,
          `${query}&${key}`,
          `${pair}&${query}`,
        ],
        which,
      )
    }),
  },
  {
    name: 'a semicolon',
    why: /percent-encoded/,
    apply: onQuery((query, at, which) =>
      splice(query, at % (query.length + 1), 0, pick([';', ';repo=b', ';&'], which)),
    ),
  },
  {
    name: 'a fragment in the query',
    why: /percent-encoded/,
    apply: onQuery((query, at) => splice(query, at % (query.length + 1), 0, '#')),
  },
  {
    name: 'a raw byte in the query',
    why: /percent-encoded/,
    apply: onQuery((query, at, which) =>
      splice(
        query,
        at % (query.length + 1),
        0,
        pick(['\xff', '\xc3\xa9', '"', '<', '{', '|', '^', '`', '\\', '?'], which),
      ),
    ),
  },
  {
    name: 'a broken escape',
    why: /not UTF-8|without a readable name/,
    apply: onQuery(
      (query, _, which) => `${query}&${pick(['x=%zz', 'x=%', 'x=a%4', '%zz=1', '%=1', 'x=%u0041'], which)}`,
    ),
  },
  {
    name: 'an escape that is no UTF-8',
    why: /not UTF-8|without a readable name/,
    apply: onQuery(
      (query, _, which) =>
        `${pick(['x=%ff', 'x=%c0%af', 'x=%ed%a0%80', '%ff=1', 'x=%c3', 'x=%f4%90%80%80'], which)}&${query}`,
    ),
  },
  {
    name: 'an empty pair',
    why: /without a readable name/,
    apply: onQuery((query, _, which) =>
      pick([`&${query}`, `${query}&`, `${query}&&x=1`, `${query}&=1`, `${query}&=`], which),
    ),
  },
  {
    name: 'a parameter that is none',
    why: /not granted/,
    apply: onQuery(
      (query, _, which) => `${query}&${pick(['Escape', '__proto__', 'constructor', 'toString', 'fRomSrc'], which)}=1`,
    ),
  },
]
