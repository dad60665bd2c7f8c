/** What is not understood is an error that names the line, the key and what was expected. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { parsePolicy } from '../../../src/policy/policy-file.ts'

const why = (text: string): string => {
  const policy = parsePolicy(text)
  return 'why' in policy ? policy.why : 'a good policy'
}

describe('a text that is no plain YAML', () => {
  it.for([
    { name: 'a list that does not end', text: 'everyone:\n  deny: [\n', line: 3, says: /not YAML/ },
    { name: 'a tab', text: 'everyone:\n\tlists: own\n', line: 2, says: /not YAML: Tabs/ },
    { name: 'a wrong indentation', text: 'everyone:\n  lists: own\n binds: []\n', line: 3, says: /not YAML/ },
    { name: 'two documents', text: 'socket: admin\n---\nsocket: anonymous\n', line: 2, says: /one document/ },
    { name: 'another version of YAML', text: '%YAML 1.1\n---\nsocket: admin\n', line: 1, says: /directive/ },
    { name: 'an unknown directive', text: '%FOO\n---\nsocket: admin\n', line: 1, says: /directive/ },
    { name: 'a tag', text: 'everyone:\n  gpus: !!bool true\n', line: 2, says: /tag/i },
    { name: 'a tag of text', text: 'everyone:\n  lists: !!str own\n', line: 2, says: /no tag/ },
    { name: 'a tag of keys', text: 'everyone: !!map\n  {lists: own}\n', line: 2, says: /no tag/ },
    { name: 'an unknown tag', text: '\neveryone: !env {}\n', line: 2, says: /tag/i },
    { name: 'an anchor', text: 'everyone: &all\n  lists: own\n', line: 2, says: /no anchor \(&all\)/ },
    { name: 'an anchor of a key', text: '&x everyone: {}\n', line: 1, says: /no anchor/ },
    { name: 'an alias', text: 'everyone: {}\nanonymous: *x\n', line: 2, says: /alias/i },
    { name: 'an alias of an anchor', text: 'users:\n  a: &x {}\n  b: *x\n', line: 2, says: /anchor/ },
    { name: 'a merge', text: 'users:\n  alice: {}\n  <<: {bob: {}}\n', line: 3, says: /no merge/ },
    { name: 'a list for a key', text: 'socket: admin\n? [a, b]\n: c\n', line: 2, says: /keys must be strings/ },
    { name: 'brackets a thousand deep', text: '['.repeat(15_000), line: 1, says: /not YAML/ },
  ])('$name', ({ text, line, says }, { expect }) => {
    expect(why(text)).toMatch(new RegExp(`^line ${line}: `))
    expect(why(text)).toMatch(says)
  })
})

describe('a key', () => {
  it.for([
    { name: 'that there is none of', text: 'sokcet: admin\n', says: 'line 1: sokcet: no such key: expected socket, ' },
    {
      name: 'that was mistyped',
      text: 'everyone:\n\n  limit: {}\n',
      says: /^line 3: everyone\.limit: .*: did you mean limits\?$/,
    },
    {
      name: 'of limits',
      text: 'everyone:\n  limits:\n    memroy: 8g\n',
      says: /^line 3: everyone\.limits\.memroy: .*did you mean memory\?$/,
    },
    {
      name: 'of a profile',
      text: 'profiles:\n  p:\n    img: x\n',
      says: /^line 3: profiles\.p\.img: no such key: expected image, /,
    },
    { name: 'of audit', text: 'audit: {\n  seize: 1g}\n', says: /^line 2: audit\.seize: .*did you mean size\?$/ },
    {
      name: 'of administrators',
      text: 'administrators: {user: [a]}\n',
      says: /^line 1: administrators\.user: .*mean users\?$/,
    },
    {
      name: 'of another section',
      text: 'users:\n  alice:\n    groups: {}\n',
      says: /^line 3: users\.alice\.groups: no such key/,
    },
    {
      name: 'that JavaScript knows',
      text: 'everyone:\n  __proto__: {}\n',
      says: /^line 2: everyone\.__proto__: no such key/,
    },
    { name: 'that JavaScript knows too', text: 'constructor: {}\n', says: /^line 1: constructor: no such key/ },
    { name: 'in camel case', text: 'everyone:\n  remappedBinds: writable\n', says: /mean remapped-binds\?$/ },
    {
      name: 'twice',
      text: 'everyone: {}\nsocket: admin\neveryone: {}\n',
      says: 'line 3: everyone: stands here for the second time',
    },
    {
      name: 'twice, once in quotes',
      text: 'users:\n  bob: {}\n  "bob": {}\n',
      says: 'line 3: users.bob: stands here for the second time',
    },
    {
      name: 'twice, in limits',
      text: 'everyone: {limits: {shm: 1g,\n shm: 2g}}\n',
      says: /^line 2: everyone\.limits\.shm: stands/,
    },
    { name: "that is a terminal's", text: '"a\\e[31m": {}\n', says: 'line 1: "a?[31m": no such key' },
    { name: 'without end', text: `${'x'.repeat(500)}: {}\n`, says: `line 1: "${'x'.repeat(60)}...": no such key` },
  ])('$name', ({ text, says }, { expect }) => {
    expect(why(text)).toMatch(says)
  })
})

describe('a value', () => {
  it.for([
    { line: 'socket: admins', says: 'expected admin or anonymous, not "admins"' },
    { line: 'socket: [admin]', says: 'expected admin or anonymous, not a list' },
    { line: 'socket:', says: 'expected admin or anonymous, not nothing' },
    { line: 'administrators: [ada]', says: 'expected keys and values, not a list' },
    { line: 'administrators: {users: ada}', says: 'expected a list of login names, not "ada"' },
    { line: 'administrators: {users: [1000]}', says: 'expected a login name, not "1000"' },
    { line: 'administrators: {users: ["-x"]}', says: 'expected a login name' },
    { line: 'administrators: {users: [[ada]]}', says: 'expected a login name, not a list' },
    { line: 'administrators: {users: ["a\\u200bda"]}', says: 'has characters that cannot be seen' },
    { line: 'administrators: {groups: [100]}', says: 'expected the name of a group, not "100"' },
    { line: 'users: {"a:b": {}}', says: 'expected a login name, not "a:b"' },
    { line: 'users: {0: {}}', says: 'expected a login name, not "0"' },
    { line: 'groups: {100: {}}', says: 'expected the name of a group, not "100"' },
    { line: 'users: {alice: own}', says: 'users.alice: expected keys and values, not "own"' },
    { line: 'revoked: pki/revoked.jsonl', says: 'expected a path from /' },
    { line: 'everyone: "x"', says: 'expected keys and values, not "x"' },
    { line: 'everyone: ""', says: 'expected keys and values, not nothing' },
    { line: 'audit: {size: 100}', says: 'expected a size of at least 1k' },
    { line: 'audit: {age: 30}', says: 'expected a time such as 1s, 30m, 12h or 30d, not "30"' },
    { line: 'audit: {age: 0}', says: 'expected a time' },
    { line: 'audit: {keep: -1}', says: 'expected a whole number from 0' },
    { line: 'audit: {syslog: yes}', says: 'expected true or false, not "yes"' },
    { line: 'profiles: {p: {}}', says: 'profiles.p: expected an image' },
    { line: 'profiles: {p: {image: Busybox}}', says: 'expected an image such as' },
    { line: `profiles: {p: {image: sha256:${'a'.repeat(64)}}}`, says: 'expected an image such as' },
    { line: 'profiles: {p: {image: x, command: sleep 1}}', says: 'profiles.p.command: expected a list of words' },
    { line: 'profiles: {p: {image: x, network: own}}', says: 'expected bridge, none, host or the name of a network' },
    { line: 'profiles: {p: {image: x, network: "container:y"}}', says: 'expected bridge, none, host' },
    { line: 'profiles: {p: {image: x, environment: [A]}}', says: 'expected a variable such as NAME=value, not "A"' },
    { line: 'profiles: {p: {image: x, mounts: [/srv]}}', says: 'expected a mount such as /srv/data:/data:ro' },
    { line: 'profiles: {p: {image: x, mounts: ["a:/b"]}}', says: 'expected a mount' },
    { line: 'profiles: {p: {image: x, mounts: ["/a:/b:rw,z"]}}', says: 'expected a mount' },
    { line: 'profiles: {p: {image: x, mounts: ["/a:/b:ro:z"]}}', says: 'expected a mount' },
    { line: 'profiles: {p: {image: x, mounts: ["/a:/"]}}', says: 'expected a mount' },
    { line: 'profiles: {"a b": {image: x}}', says: 'expected a name of letters' },
  ])('$line', ({ line, says }, { expect }) => {
    expect(why(`\n${line}\n`)).toMatch(/^line 2: /)
    expect(why(`\n${line}\n`)).toContain(says)
  })
})

describe('in a section', () => {
  it.for([
    {
      line: 'deny: [ContainerExce]',
      says: 'deny: "ContainerExce" is not an operation of the Engine API: did you mean ContainerExec?',
    },
    { line: 'deny: [exec]', says: 'is not an operation of the Engine API' },
    { line: 'deny: ContainerExec', says: 'expected a list of operations, not "ContainerExec"' },
    { line: 'lists: mine', says: 'expected all or own, not "mine"' },
    { line: 'registries: [index.docker.io]', says: 'expected docker.io' },
    { line: 'registries: [Docker.io]', says: 'in lower case' },
    { line: 'registries: ["https://docker.io"]', says: 'expected HOST or HOST:PORT' },
    { line: 'registries: none', says: 'expected a list of registries, or any, not "none"' },
    { line: 'images:', says: 'expected a list of image patterns, or any, not nothing' },
    { line: 'binds: [home]', says: 'expected a path from /' },
    { line: 'binds: [/home/]', says: 'expected a path from /' },
    { line: 'binds: [/home/../etc]', says: 'expected a path from /' },
    { line: 'binds: [//home]', says: 'expected a path from /' },
    { line: 'binds: ["/home/\\ud800"]', says: 'has characters that cannot be seen' },
    { line: 'binds: ["/home\\n/etc"]', says: 'has characters that cannot be seen' },
    { line: 'remapped-binds: true', says: 'expected read-only or writable' },
    { line: 'networks: [default]', says: 'expected bridge, none, host, own or the name of a network' },
    { line: 'networks: ["container:x"]', says: 'expected bridge' },
    { line: 'namespaces: [user]', says: 'expected network or ipc or pid or uts, not "user"' },
    { line: 'ports: 0-10', says: 'expected a range of ports such as 1024-65535, or none, not "0-10"' },
    { line: 'ports: 20-10', says: 'expected a range' },
    { line: 'ports: 1024-65536', says: 'expected a range' },
    { line: 'ports: 0022', says: 'expected a range' },
    { line: 'ports: [80]', says: 'expected a range of ports such as 1024-65535, not a list' },
    { line: 'ports: any', says: 'expected a range' },
    { line: 'devices: [/dev/*]', says: 'expected a device such as /dev/fuse' },
    { line: 'devices: [/etc/passwd]', says: 'expected a device' },
    { line: 'devices: [/dev/shm/x]', says: 'expected a device' },
    { line: 'devices: [/dev/snd/../sda]', says: 'expected a device' },
    { line: 'gpus: 1', says: 'expected true or false, not "1"' },
    { line: 'gpus: True', says: 'expected true or false, not "True"' },
    { line: 'limits: {memory: 8}', says: 'expected a size of at least 6m, such as 512m or 8g, or unlimited, not "8"' },
    { line: 'limits: {memory: 8 gigs}', says: 'expected a size' },
    { line: 'limits: {memory: -1}', says: 'expected a size' },
    { line: 'limits: {memory: 1e9}', says: 'expected a size' },
    { line: 'limits: {memory: 99999999999t}', says: 'expected a size' },
    { line: 'limits: {memory: [8g]}', says: 'expected a size' },
    { line: 'limits: {cpus: 0}', says: 'expected a number of CPUs' },
    { line: 'limits: {cpus: .5}', says: 'expected a number of CPUs' },
    { line: 'limits: {cpus: NaN}', says: 'expected a number of CPUs' },
    { line: 'limits: {processes: unlimited}', says: 'expected a whole number from 1' },
    { line: 'limits: {processes: 0}', says: 'expected a whole number from 1' },
    { line: 'limits: {processes: 0x10}', says: 'expected a whole number' },
    { line: 'limits: {containers: 1.5}', says: 'expected a whole number' },
    { line: 'limits: {ulimits: {memlok: 1}}', says: '"memlok" is not the name of a limit: did you mean memlock?' },
    { line: 'limits: {ulimits: {memlock: -1}}', says: 'or unlimited, not "-1"' },
    { line: 'limits: {ulimits: [memlock]}', says: 'expected keys and values, not a list' },
    { line: 'profiles: []', says: 'expected at least one profile, or any' },
    { line: 'profiles: [nightly]', says: '"nightly" is not a profile that stands under profiles' },
    { line: 'profiles: [reprot]', says: 'did you mean report?' },
  ])('$line', ({ line, says }, { expect }) => {
    const profiles = 'profiles: {report: {image: docker.io/library/busybox}}'
    for (const text of [
      `everyone:\n\n  ${line}\n${profiles}\n`,
      `${profiles}\ngroups: {domain users:\n    {${line}}}\n`,
    ]) {
      expect(why(text)).toMatch(/^line 3: /)
      expect(why(text)).toContain(says)
    }
  })

  it('an item of a list is named by its own line', ({ expect }) => {
    expect(why('everyone:\n  deny:\n    - ContainerExec\n    - ContainerExecute\n')).toMatch(
      /^line 4: everyone\.deny: "ContainerExecute"/,
    )
  })

  it('what is missing is named by the line of its key', ({ expect }) => {
    expect(why('everyone:\n  images:\n    # none yet\n\n  binds: []\n')).toMatch(
      /^line 2: everyone\.images: expected a list/,
    )
  })

  it('the profiles are looked at before the sections that name them', ({ expect }) => {
    expect(why('everyone: {profiles: [p]}\nprofiles:\n  p: {image: ""}\n')).toMatch(/^line 3: profiles\.p\.image: /)
  })
})

it('nothing of an error drives a terminal or breaks a line', ({ expect }) => {
  const texts = [
    '"\\e]0;x\\a": 1',
    'everyone: {deny: ["\\u009b1m\\n"]}',
    'a: *\u001b[1m',
    '\u0000',
    'a: \u202eb\n  c: d',
  ]
  for (const text of texts) expect(why(text)).toMatch(/^[^\p{C}\u2028\u2029]+$/u)
})

describe('whatever stands in the file', () => {
  const good = `socket: admin
everyone:
  deny: [ContainerExec]
  images: ['docker.io/library/*', "**"]
  limits: {memory: 8g, ulimits: {memlock: unlimited}}
  profiles: [p]
profiles:
  p: {image: docker.io/library/busybox, mounts: ['/a:/b:ro']}
`
  const scrap = fc.constantFrom(
    '"',
    "'",
    ':',
    '- ',
    '{',
    '}',
    '[',
    '\n',
    '\n  ',
    '*a ',
    '&a ',
    '!!x ',
    '#',
    '|',
    '<<: ',
    '\u0000',
    '\ud800',
  )

  it('is a policy, or an error in one line that names the line', ({ expect }) => {
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.nat(12),
        fc.oneof(scrap, fc.string({ maxLength: 4 })),
        (start, length, text) => {
          const found = why(`${good.slice(0, start)}${text}${good.slice(start + length)}`)
          expect(found).toMatch(/^(?:a good policy|line [1-9][0-9]*: [^\p{C}\u2028\u2029]+)$/u)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
