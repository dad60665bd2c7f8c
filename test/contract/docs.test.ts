/** Every code block of README and docs is run, checked by our own readers, or said to be output: here is who does which. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, it } from 'vitest'
import { parseDaemon } from '../../src/admin/daemon-json.ts'
import { buildSettings } from '../../src/client/config.ts'
import { parseConfig } from '../../src/client/config-yaml.ts'
import { parsePolicy } from '../../src/policy/policy-file.ts'
import { isRun, readBlocks } from '../support/code-blocks.ts'
import { readDocument } from '../support/docs.ts'
import { isSeen, readTranscript } from '../support/docs-transcript.ts'
import { checkout } from '../support/packages.ts'

const documents = ['README.md', ...globSync('docs/*.md', { cwd: checkout }).toSorted()]
const read = (name: string) => readFileSync(join(checkout, name), 'utf8')
const tests = globSync('test/engine/docs*.test.ts', { cwd: checkout }).map(read).join('')

/** Nobody runs these: each is a line of a document, and the reason stands above it. */
const notRun = [
  'README.md: npm test',
  'docs/install.md: npm run package\napt install ./packages/dockerrun_0.1.0_amd64.deb',
]

it('what is not run is known, and no more than that', ({ expect }) => {
  const found = documents.flatMap((name) =>
    readDocument(name).flatMap(({ notRun: why, text }) => (why === undefined ? [] : [`${name}: ${text}`])),
  )
  expect(found).toEqual(notRun)
})

describe.for(documents)('%s', (name) => {
  const blocks = readDocument(name)

  it('is run by a test, where there is something to run', ({ expect }) => {
    expect(tests.includes(`'${name}'`)).toBe(blocks.some(isRun))
  })

  it('says of each file which one it is, and our own readers take it', ({ expect }) => {
    for (const { language, file, text, line } of blocks) {
      if (language !== 'yaml' && language !== 'json') continue
      expect(`${line}: ${problemOf(file ?? '', text)}`).toBe(`${line}: none`)
    }
  })

  it('links to what is there', ({ expect }) => {
    const links = [...read(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, to = '']) => to)
    const own = links.filter((to) => !to.startsWith('https://'))
    expect(own.filter((to) => !existsSync(join(checkout, dirname(name), to)))).toEqual([])
  })

  it('names files of the checkout that are there', ({ expect }) => {
    const named = [...read(name).matchAll(/`((?:src|test|man|docs)\/[\w./*-]+)`/g)].map(([, path = '']) => path)
    expect(named.filter((path) => globSync(path, { cwd: checkout }).length === 0)).toEqual([])
  })
})

/** Two of the readers throw. */
function problemOf(file: string, text: string): string {
  if (basename(file) === 'policy.yaml') {
    const policy = parsePolicy(text)
    return 'why' in policy ? policy.why : 'none'
  }
  if (basename(file) === 'dockerrun.yaml') {
    const config = parseConfig({ path: file, text })
    if ('why' in config) return config.why
    buildSettings([config])
    return 'none'
  }
  // Compose reads it, when the document is run.
  if (basename(file) === 'compose.yaml') return 'none'
  if (basename(file) !== 'daemon.json') return `no reader for ${file}`
  parseDaemon(text, file)
  return 'none'
}

describe('a document', () => {
  it.for([
    { name: 'whose block has no language', text: '```\nls\n```' },
    { name: 'whose block is in a language that nobody runs', text: '```bash\nls\n```' },
    { name: 'whose block has no end', text: '```sh\nls' },
    { name: 'whose block is in a list', text: '- x\n  ```sh\n  ls\n  ```' },
    { name: 'whose comment is misspelt', text: '<!-- notrun: no -->\n```sh\nls\n```' },
  ])('$name is refused', ({ text }, { expect }) => {
    expect(() => readBlocks(text)).toThrow('line')
  })

  it('has the marks of a block right above it', ({ expect }) => {
    const text = 'x\n<!-- runs: demo -->\n<!-- file: a -->\n```sh\nls\n```\n\n```output\n2\n```'
    expect(readBlocks(text)).toEqual([
      { line: 5, language: 'sh', text: 'ls', runs: 'demo', file: 'a' },
      { line: 9, language: 'output', text: '2' },
    ])
  })
})

describe('a transcript', () => {
  it('is taken apart', ({ expect }) => {
    const text = 'ada$ cat <<E\n> x\n> E\nx\n# dockerrun -it busybox\n~ $ id\nada\n~ $ exit'
    expect(readTranscript(text)).toEqual([
      { who: 'ada', command: 'cat <<E\nx\nE', typed: [], seen: ['x'] },
      {
        who: 'root',
        command: 'dockerrun -it busybox',
        typed: [
          { prompt: '~ $ ', text: 'id' },
          { prompt: '~ $ ', text: 'exit' },
        ],
        seen: ['~ $ id', 'ada', '~ $ exit'],
      },
    ])
  })

  it.for([
    { seen: [], shown: '', is: true },
    { seen: [], shown: 'x\n', is: false },
    { seen: ['a.b'], shown: 'a.b\n', is: true },
    { seen: ['a.b'], shown: 'axb\n', is: false },
    { seen: ['a...b'], shown: 'a12b\n', is: true },
    { seen: ['a...b'], shown: 'a1\n2b\n', is: false },
    { seen: ['...', 'z'], shown: 'x\ny\nz\n', is: true },
    { seen: ['...', 'z'], shown: 'z\n', is: true },
    { seen: ['z'], shown: 'z\nmore\n', is: false },
    { seen: ['z', '...'], shown: 'z\nmore\n', is: true },
  ])('$seen is seen in $shown: $is', ({ seen, shown, is }, { expect }) => {
    expect(isSeen(seen, shown)).toBe(is)
  })
})
