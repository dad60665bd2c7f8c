/** What keeps issues of one account apart, bounds their number, and what a record that was cut off is worth. */
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { demandNoFileLimit } from '../../../src/admin/cert-limits.ts'
import { demandQuota } from '../../../src/admin/cert-quota.ts'
import { takeTurn } from '../../../src/admin/cert-turn.ts'
import { readIssues } from '../../../src/admin/issued.ts'
import { pkiOf, recordIssue, type Issue } from '../../../src/admin/pki.ts'
import { makeFolder } from '../../support/folder.ts'

const now = new Date('2030-01-02T12:00:00Z')
const issue = (change: Partial<Extract<Issue, { kind: 'client' }>> = {}): Issue => ({
  time: '2030-01-02T11:00:00.000Z',
  kind: 'client',
  serial: '01A0',
  login: 'alice',
  uid: 2001,
  notAfter: '2030-02-01T11:00:00.000Z',
  by: 2001,
  ...change,
})

describe('the turn of an account', () => {
  it("is one at a time, and no other account's", async ({ expect }) => {
    using folder = makeFolder()
    const place = join(folder.path, 'turns')
    {
      await using _ = await takeTurn(2001, { folder: place })
      await expect(takeTurn(2001, { folder: place })).rejects.toMatchObject({
        message: expect.stringContaining('made already'),
      })
      await using _bobs = await takeTurn(2002, { folder: place })
      expect(readdirSync(place).sort()).toEqual(['2001', '2002'])
    }
    expect(readdirSync(place)).toEqual([])
    await using _ = await takeTurn(2001, { folder: place })
  })

  it('is waited for by who has the time', async ({ expect }) => {
    using folder = makeFolder()
    const place = join(folder.path, 'turns')
    const first = await takeTurn(2001, { folder: place })
    const second = takeTurn(2001, { folder: place, milliseconds: 10_000 })
    await first[Symbol.asyncDispose]()
    await using _ = await second
    expect(readdirSync(place)).toEqual(['2001'])
  })

  it.for([
    { name: 'whose process has ended', text: '4194303', age: 0 },
    { name: 'whose process takes longer than any may', text: `${process.pid}`, age: 121 },
    { name: 'whose process was killed before it said its number', text: '', age: 6 },
  ])('$name is over', async ({ text, age }, { expect }) => {
    using folder = makeFolder()
    const [place, time] = [join(folder.path, '2001'), Date.now() / 1000 - age]
    writeFileSync(place, text)
    utimesSync(place, time, time)
    await using _ = await takeTurn(2001, { folder: folder.path })
    expect(readFileSync(place, 'utf8')).toBe(`${process.pid}`)
  })

  it('that is just being taken is not over', async ({ expect }) => {
    using folder = makeFolder()
    writeFileSync(join(folder.path, '2001'), '')
    await expect(takeTurn(2001, { folder: folder.path })).rejects.toMatchObject({ code: 'certificate' })
  })
})

describe('a day', () => {
  const fill = async (path: string, count: number, change: Parameters<typeof issue>[0] = {}) => {
    const pki = pkiOf(path)
    for (let each = 0; each < count; each++) await recordIssue(pki, issue(change))
    return demandQuota(pki, 2001, now)
  }

  it('is good for twenty that an account gets itself', async ({ expect }) => {
    using folder = makeFolder()
    await expect(fill(folder.path, 19)).resolves.toBeUndefined()
    await expect(fill(folder.path, 1)).rejects.toMatchObject({ message: expect.stringContaining('20 certificates') })
  })

  it.for([
    { name: 'an administrator issues', change: { by: 0 } },
    { name: 'another account gets', change: { uid: 2002 } },
    { name: 'were issued the day before', change: { time: '2030-01-01T11:59:59.000Z' } },
  ])('does not count what $name', async ({ change }, { expect }) => {
    using folder = makeFolder()
    await expect(fill(folder.path, 25, change)).resolves.toBeUndefined()
  })

  it('begins with nothing', async ({ expect }) => {
    await expect(demandQuota(pkiOf('/nosuch'), 2001, now)).resolves.toBeUndefined()
  })
})

describe('a record whose writer was killed in the middle of a line', () => {
  it('is read without it, then and when others have written behind it', async ({ expect }) => {
    using folder = makeFolder()
    const pki = pkiOf(folder.path)
    await recordIssue(pki, issue({ serial: '01A1' }))
    writeFileSync(pki.issued, '{"time":"2030-01-02T11:00:00.000Z","kind":"cli', { flag: 'a' })
    expect(await readIssues(pki)).toMatchObject([{ serial: '01A1' }])
    await recordIssue(pki, issue({ serial: '01A2' }))
    expect(await readIssues(pki)).toMatchObject([{ serial: '01A1' }, { serial: '01A2' }])
  })

  it('has what an editor left without an end', async ({ expect }) => {
    using folder = makeFolder()
    const pki = pkiOf(folder.path)
    writeFileSync(pki.issued, JSON.stringify(issue({ serial: '01A1' })))
    await recordIssue(pki, issue({ serial: '01A2' }))
    expect(await readIssues(pki)).toMatchObject([{ serial: '01A1' }, { serial: '01A2' }])
  })

  it('that cannot be read is no empty one', async ({ expect }) => {
    using folder = makeFolder()
    mkdirSync(join(folder.path, 'issued.jsonl'))
    await expect(recordIssue(pkiOf(folder.path), issue())).rejects.toThrow('EISDIR')
  })
})

describe('a limit on the size of files', () => {
  it.for([
    { name: 'none is no objection', limit: 'unlimited', isGood: true },
    { name: 'a large one is one too', limit: '1073741824', isGood: false },
    { name: 'nothing is one', limit: '0', isGood: false },
  ])('$name', ({ limit, isGood }, { expect }) => {
    const text = `Max cpu time              7                    7                    seconds   \nMax file size             ${limit.padEnd(20)} unlimited            bytes     \n`
    const demand = () => demandNoFileLimit(text)
    if (isGood) expect(demand).not.toThrow()
    else expect(demand).toThrow('ulimit -f')
  })
})
