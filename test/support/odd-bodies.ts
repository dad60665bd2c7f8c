/** What can be wrong with headers and what they say of a body: generators for the property tests of test/attacks. */
import * as fc from 'fast-check'
import type { RawRequest } from './go-reading.ts'
import type { Oddity } from './odd-json.ts'

const pick = <T>(list: readonly T[], which: number): T => list[which % list.length] as T

const form = 'application/x-www-form-urlencoded'
const hidden = 'force=1&repo=b&signal=KILL&size=1&name=evil'
const multipart = '--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n1\r\n--b--\r\n'
const lastTypes = ['text/plain', 'application/json', '', 'application/octet-stream']

/** With a body of its own length, or chunked. */
const framed = (body: string, which: number): RawRequest['headers'] =>
  which % 2 === 0 ? [['Content-Length', String(body.length)]] : [['Transfer-Encoding', 'Chunked']]
const send =
  (types: (which: number) => readonly string[], body: string): Oddity<RawRequest>['apply'] =>
  (request, at, which) => ({
    ...request,
    headers: [...types(which).map((type) => ['Content-Type', type] as const), ...framed(body, at)],
    body,
  })

/** Bodies that a handler may read parameters from, or that are hidden from the gate. */
export const bodyOddities: readonly Oddity<RawRequest>[] = [
  {
    name: 'a form in the body',
    why: /did not show/,
    apply: send((which) => [pick([form, `${form}; charset=utf-8`, form.toUpperCase(), `${form} ;`], which)], hidden),
  },
  {
    name: 'a form behind another Content-Type',
    why: /did not show/,
    apply: send((which) => [form, pick(lastTypes, which)], hidden),
  },
  { name: 'parts in the body', why: /did not show/, apply: send(() => ['multipart/form-data; boundary=b'], multipart) },
  {
    name: 'parts behind another Content-Type',
    why: /did not show/,
    apply: send((which) => ['multipart/form-data; boundary="b"', pick(lastTypes, which)], multipart),
  },
  {
    name: 'JSON that seems to be text',
    why: /did not show/,
    apply: send(
      (which) => [pick(['text/json', 'application/json;;', 'application/json; x', 'application/jsonp'], which)],
      '{"Privileged":true}',
    ),
  },
  {
    name: 'JSON where none is due',
    why: /no body|must be an object|did not show/,
    apply: send(() => ['application/json'], '[{"HostConfig":{"Privileged":true}}]'),
  },
]

/** Any headers and any body, whether or not they fit. */
export const mixedHeaders: fc.Arbitrary<(request: RawRequest) => RawRequest> = fc.oneof(
  fc.constant((request: RawRequest) => request),
  fc
    .record({
      types: fc.array(fc.constantFrom(form, 'application/json', 'multipart/form-data; boundary=b', ...lastTypes), {
        maxLength: 2,
      }),
      body: fc.constantFrom('', hidden, multipart, '{}', '{"Privileged":true}', 'repo=b;repo=c&x=%zz'),
      framing: fc.array(
        fc.constantFrom<readonly [string, string]>(
          ['Transfer-Encoding', 'chunked'],
          ['transfer-encoding', 'identity'],
          ['Content-Length', 'real'],
          ['content-length', 'real'],
          ['Content-Length', '0'],
          ['Content-Length', '00'],
          ['Content-Length', '+5'],
          ['Content-Length', ''],
          ['Content-Length', '5'],
          ['Content-Length', '2000000'],
        ),
        { maxLength: 2 },
      ),
    })
    .map(({ types, body, framing }) => (request: RawRequest) => ({
      ...request,
      headers: [
        ...types.map((type) => ['Content-Type', type] as const),
        ...framing.map(([name, value]) => [name, value === 'real' ? String(body.length) : value] as const),
      ],
      body,
    })),
)
