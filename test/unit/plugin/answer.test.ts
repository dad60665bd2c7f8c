import { describe, it } from 'vitest'
import { answerRequest, answerResponse } from '../../../src/plugin/answer.ts'
import { bind, createBody, ids, record, wire } from '../../support/requests.ts'
import { container, gate } from '../../support/world.ts'

describe('an answer', () => {
  it('is recorded before it is given, allow and deny', async ({ expect }) => {
    const { ask, audit } = gate([record()])
    expect(await ask('POST /containers/create?name=xy', createBody())).toEqual({ Allow: true })
    expect(await ask('POST /build')).toMatchObject({ Allow: false })
    expect(audit).toMatchObject([
      {
        user: 'alice',
        uid: 2001,
        operation: 'ContainerCreate',
        image: 'busybox',
        command: ['true'],
        name: 'xy',
        verdict: 'allow',
      },
      { user: 'alice', operation: 'ImageBuild', verdict: 'deny' },
    ])
  })

  it('that denies for more than one reason is recorded with all, up to eight', async ({ expect }) => {
    const { ask, audit } = gate([])
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`Unknown${index}`, true]))
    await ask('POST /containers/create', { ...createBody(), Unknown: true })
    await ask('POST /containers/create', { ...createBody(), ...many })
    const [one, all] = audit
    expect(one).not.toHaveProperty('objections')
    expect(all?.['objections']).toHaveLength(8)
    expect(all).toHaveProperty('objections.0', String(all?.['why']).replace('ContainerCreate: ', ''))
  })

  it.for([
    { name: 'by their names', recordsValues: false, environment: ['TOKEN'] },
    { name: 'with their values where policy says so', recordsValues: true, environment: ['TOKEN=secret'] },
  ])('is recorded with the variables, $name', async ({ recordsValues, environment }, { expect }) => {
    const { ask, audit } = gate([], { recordsValues: () => recordsValues })
    await ask('POST /containers/create', { ...createBody(), Env: ['TOKEN=secret'] })
    expect(audit).toMatchObject([{ environment }])
  })

  it.for([
    {
      name: 'the instructions of a commit',
      line: `POST /commit?container=hers&changes=${encodeURIComponent('ENV TOKEN=secret\nenv A=b\\\nsecret\nCMD x')}`,
      shown: { parameters: { container: 'hers', changes: ['ENV', 'ENV', 'CMD'] } },
    },
    {
      name: 'two parameters of a commit',
      line: 'POST /commit?container=hers&changes=ENV%20TOKEN=secret&changes=ENV%20TOKEN=secret',
      shown: { uri: '/commit?container=hers&changes=...&changes=...' },
    },
    {
      name: 'arguments and labels of a build',
      line: `POST /build?buildargs=${encodeURIComponent('{"TOKEN":"secret"}')}&labels=${encodeURIComponent('{"a":"secret"}')}`,
      shown: { parameters: { buildargs: ['TOKEN'], labels: ['a'] } },
    },
    {
      name: 'arguments of a build that nobody can read',
      line: 'POST /build?buildargs=secret',
      shown: { parameters: { buildargs: '{...}' } },
    },
  ])('is recorded without values of $name', async ({ line, shown }, { expect }) => {
    const { ports, audit } = gate([])
    const [RequestMethod = '', RequestUri = ''] = line.split(' ')
    await answerRequest({ RequestMethod, RequestUri }, ports)
    expect(audit).toMatchObject([shown])
    expect(JSON.stringify(audit)).not.toContain('secret')
  })

  it('is recorded with these values where policy says so', async ({ expect }) => {
    const { ask, audit } = gate([], { recordsValues: () => true })
    await ask('POST /build?buildargs=secret')
    await ask('POST /build?buildargs=secret&buildargs=secret')
    expect(audit).toMatchObject([
      { parameters: { buildargs: 'secret' } },
      { uri: '/build?buildargs=secret&buildargs=secret' },
    ])
  })

  it('is recorded in a line of 16 KiB at most', async ({ expect }) => {
    const { ask, audit } = gate([])
    await ask('POST /containers/create', { ...createBody(), Cmd: Array.from({ length: 900 }, () => 'x'.repeat(500)) })
    expect(Buffer.byteLength(JSON.stringify(audit[0]))).toBeLessThanOrEqual(16 * 1024)
    expect(audit).toMatchObject([{ operation: 'ContainerCreate', user: 'alice', image: 'busybox' }])
  })

  it('is no permission when it cannot be recorded, but for root, and for ending what one runs', async ({ expect }) => {
    const errors: unknown[] = []
    const full = new Error('disk full')
    const writeAudit = () => {
      throw full
    }
    const { ask, ports } = gate([record()], { writeAudit, report: (error) => void errors.push(error) })
    expect(await ask('GET /_ping')).toMatchObject({ Allow: false })
    expect(await ask(`POST /containers/${ids.hers}/start`)).toMatchObject({ Allow: false })
    expect(await ask(`POST /containers/${ids.hers}/stop`)).toEqual({ Allow: true })
    expect(await answerRequest({ RequestMethod: 'GET', RequestUri: '/info' }, ports)).toEqual({ Allow: true })
    expect(errors).toEqual([full, full, full, full])
  })

  it('is a denial for a message without method and target (T16), though it looks like root', async ({ expect }) => {
    const { ports } = gate([])
    expect(await answerRequest({}, ports)).toMatchObject({ Allow: false })
  })

  it('is allow for root on the socket, and is recorded too', async ({ expect }) => {
    const { ports, audit } = gate([])
    expect(await answerRequest({ RequestMethod: 'POST', RequestUri: '/%62uild' }, ports)).toEqual({ Allow: true })
    expect(audit).toMatchObject([{ user: 'root', administrator: true, operation: 'Unknown', uri: '/%62uild' }])
  })

  it('finds a container by name, by id and by twelve digits of it', async ({ expect }) => {
    const { ask } = gate([record(), record({ id: ids.bobs, name: 'bobs', owner: 2002 })])
    for (const reference of ['hers', ids.hers, ids.hers.slice(0, 12)])
      expect(await ask(`GET /containers/${reference}/logs?stdout=1`)).toEqual({ Allow: true })
    for (const reference of ['bobs', ids.bobs, ids.hers.slice(0, 11), 'nosuch', '-x'])
      expect(await ask(`GET /containers/${reference}/logs?stdout=1`)).toMatchObject({ Allow: false })
  })

  it('does not take a name for the id it begins', async ({ expect }) => {
    const named = record({ name: ids.bobs.slice(0, 12) })
    const { ask } = gate([named, record({ id: ids.bobs, name: 'bobs', owner: 2002 })])
    expect(await ask(`GET /containers/${named.name}/json`)).toMatchObject({ Allow: false })
  })

  it('leads from an exec id to the container it is in', async ({ expect }) => {
    const { ask } = gate([record()])
    expect(await ask(`GET /exec/${ids.exec}/json`)).toEqual({ Allow: true })
    expect(await ask(`GET /exec/${'f'.repeat(64)}/json`)).toMatchObject({ Allow: false })
  })
})

describe('a container is read or run, never both', () => {
  it('started by root: it is not read either', async ({ expect }) => {
    const { ask, living } = gate([record()])
    living.set(ids.hers, { ...container(ids.hers, 'hers'), hasRun: true })
    expect(await ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`)).toMatchObject({ Allow: false })
  })

  it('read first: it never starts', async ({ expect }) => {
    const { ask, records } = gate([record()])
    expect(await ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`)).toEqual({ Allow: true })
    expect(records.get(ids.hers)).toMatchObject({ phase: 'probed' })
    expect(await ask(`POST /containers/${ids.hers}/start`)).toMatchObject({ Allow: false })
  })

  it('started first: it is never read', async ({ expect }) => {
    const { ask } = gate([record()])
    expect(await ask(`POST /containers/${ids.hers}/start`)).toEqual({ Allow: true })
    expect(await ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`)).toMatchObject({ Allow: false })
  })

  it('both at once: one of them is denied', async ({ expect }) => {
    const { ask } = gate([record()])
    const answers = await Promise.all([
      ask(`POST /containers/${ids.hers}/start`),
      ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`),
    ])
    expect(answers.filter(({ Allow }) => Allow)).toHaveLength(1)
  })
})

describe('a new container', () => {
  const made = (line: string, body: unknown, status = 201) => ({
    ...wire(line, body),
    ResponseStatusCode: status,
    ResponseBody: Buffer.from(JSON.stringify({ Id: ids.bobs, Warnings: [] })).toString('base64'),
  })

  it("is its creator's, with the binds it was made with", async ({ expect }) => {
    const { ports, records } = gate([])
    const body = { ...createBody(), HostConfig: { ...createBody().HostConfig, Mounts: [bind()] } }
    expect(await answerResponse(made('POST /containers/create?name=xy', body), ports)).toEqual({ Allow: true })
    expect(records.get(ids.bobs)).toMatchObject({
      owner: 2001,
      name: 'xy',
      phase: 'created',
      binds: [{ source: '/home/alice', readOnly: false }],
    })
  })

  it("is nobody's when the engine made none", async ({ expect }) => {
    const { ports, records } = gate([])
    await answerResponse(made('POST /containers/create', createBody(), 409), ports)
    expect(records.ids('container')).toEqual([])
  })

  it('is not recorded from any other call, whatever its answer says', async ({ expect }) => {
    const { ports, records } = gate([])
    await answerResponse(made(`POST /containers/${ids.hers}/exec`, { Cmd: ['id'] }), ports)
    expect(records.ids('container')).toEqual([])
  })

  it("cannot have another's name, nor one that was freed less than a minute ago", async ({ expect }) => {
    const { ask, living, clock } = gate([record({ id: ids.bobs, name: 'web', owner: 2002 })])
    const take = async () => (await ask('POST /containers/create?name=web', createBody())).Allow
    expect(await take()).toBe(false)
    living.delete(ids.bobs)
    for (const { time, free } of [
      { time: 1_000, free: false },
      { time: 61_000, free: false },
      { time: 61_001, free: true },
    ]) {
      clock.time = time
      expect({ time, free: await take() }).toEqual({ time, free })
    }
  })

  it('may have the name of a container that root has renamed', async ({ expect }) => {
    const { ask, living } = gate([record({ id: ids.bobs, name: 'web', owner: 2002 })])
    living.set(ids.bobs, container(ids.bobs, 'moved'))
    expect((await ask('POST /containers/create?name=web', createBody())).Allow).toBe(true)
  })
})

describe('a decision that comes too late', () => {
  it('allows nothing, notes nothing, and is recorded as what it is', async ({ expect }) => {
    const errors: unknown[] = []
    const { ports, records, audit } = gate([record()], { report: (error) => void errors.push(error) })
    const late = AbortSignal.abort(new Error('no decision in time'))
    expect(await answerRequest(wire(`POST /containers/${ids.hers}/start`), ports, late)).toMatchObject({ Allow: false })
    expect(records.get(ids.hers)).toMatchObject({ phase: 'created' })
    expect(audit).toMatchObject([{ operation: 'ContainerStart', verdict: 'deny' }])
    expect(errors).toMatchObject([{ message: 'no decision in time' }])
  })
})

describe('what goes wrong on the way to a decision', () => {
  it('denies to all, and is recorded: the reading of the request', async ({ expect }) => {
    const broken = new Error('a bug')
    const errors: unknown[] = []
    const { ports, audit } = gate([], { report: (error) => void errors.push(error) })
    for (const request of [wire('GET /_ping'), { RequestMethod: 'GET', RequestUri: '/_ping' }]) {
      const unreadable = {
        ...request,
        get RequestBody(): string {
          throw broken
        },
      }
      expect(await answerRequest(unreadable, ports)).toMatchObject({ Allow: false })
    }
    expect(errors).toEqual([broken, broken])
    expect(audit).toMatchObject([
      { operation: 'Unknown', uri: '/_ping', verdict: 'deny' },
      { operation: 'Unknown', uri: '/_ping', verdict: 'deny' },
    ])
  })

  it.for([
    { name: 'NSS', change: { readCaller: () => Promise.reject(new Error('NSS is down')) } },
    { name: 'the look at paths', change: { lookAtPaths: () => Promise.reject(new Error('setpriv is gone')) } },
  ])('denies, and is recorded: $name', async ({ change }, { expect }) => {
    const { ask, audit } = gate([record()], { ...change, report: () => {} })
    expect(await ask('POST /containers/create', createBody())).toMatchObject({ Allow: false })
    expect(audit).toMatchObject([{ operation: 'ContainerCreate', verdict: 'deny' }])
  })
})
