/** Reading a container's files, and starting it: what has changed since it was made, and what the image brings. Each is denied. */
import { final, ids, record } from '../../support/requests.ts'
import type { Attack } from './attacks.ts'

const start = `POST /containers/${ids.hers}/start`
const mount = (type: string, target: string, volume = 'herdata') => ({
  type,
  target,
  source: '/home/alice',
  readOnly: false,
  volume: type === 'volume' ? volume : undefined,
})
const bound = mount('bind', '/h')
const boundRecord = record({ binds: [{ source: '/home/alice', readOnly: false, nonRecursive: false }] })
const bind = (source: string) => ({ container: record({ binds: [{ source, readOnly: false, nonRecursive: false }] }) })
const { sharesVolumes: _unsaid, ...ofOlderGate } = record()
const archive = (path: string, change: Attack['change'] = {}) => ({
  line: `GET /containers/${ids.hers}/archive?path=${path}`,
  change,
})

const rows: readonly Attack[] = [
  { name: 'M05b: a bind swapped for a link', line: start, change: bind('/home/alice/link') },
  { name: 'M05b: a bind that is gone, or out of reach', line: start, change: bind('/home/bob') },
  {
    name: 'M08: a file of names that is gone, in whose place the engine would make a folder',
    line: start,
    change: {
      container: record({
        binds: [{ source: '/home/bob', target: '/etc/group', readOnly: true, nonRecursive: false }],
      }),
      isGuarded: true,
    },
  },
  { name: 'M09: a bind that is not writable any more', line: start, change: bind('/usr/share') },
  {
    name: 'an image whose health is checked a thousand times a second',
    line: start,
    change: { final: final({ healthIntervals: [0, 1_000_000] }) },
  },
  {
    name: 'a volume that the engine may be filling, as root, while her processes change it',
    line: start,
    change: { final: final({ mounts: [mount('volume', '/data', 'fillingdata')] }) },
  },
  {
    name: 'M11: a WORKDIR inside a bind',
    line: start,
    change: { container: boundRecord, final: final({ workingDir: '/h/new', mounts: [bound] }) },
  },
  {
    name: 'M13d: a VOLUME inside a bind',
    line: start,
    change: { container: boundRecord, final: final({ mounts: [bound, mount('volume', '/h/new')] }) },
  },
  {
    name: 'M09: a bind inside a bind',
    line: start,
    change: { container: boundRecord, final: final({ mounts: [bound, mount('bind', '/h/new')] }) },
  },
  {
    name: 'a VOLUME by a relative path',
    line: start,
    change: { container: boundRecord, final: final({ mounts: [bound, mount('volume', 'h/new')] }) },
  },
  {
    name: 'a VOLUME that goes up',
    line: start,
    change: { container: boundRecord, final: final({ mounts: [bound, mount('volume', '../h/new')] }) },
  },
  {
    name: 'a WORKDIR by a relative path',
    line: start,
    change: { container: boundRecord, final: final({ workingDir: 'h/new', mounts: [bound] }) },
  },
  { name: 'a container of which the engine does not say', line: start, change: { final: undefined } },
  {
    name: "a volume that is bob's by now",
    line: start,
    change: { final: final({ mounts: [mount('volume', '/d', 'bobdata')] }) },
  },
  {
    name: 'M16: the network of a container that is not hers any more',
    line: start,
    change: { final: final({ networkMode: 'container:bobs' }) },
  },
  {
    name: 'M16: the pids of a container that is not hers any more',
    line: start,
    change: { final: final({ pidMode: `container:${ids.bobs}` }) },
  },
  {
    name: 'M16: the ipc of a container that is not hers any more',
    line: start,
    change: { final: final({ ipcMode: 'container:bobs' }) },
  },
  { name: "a network of the name, bob's by now", line: start, change: { final: final({ networkMode: 'bobnet' }) } },
  { name: "a network beside, bob's by now", line: start, change: { final: final({ networks: ['bridge', 'bobnet'] }) } },
  {
    name: 'M15: binds of another container, swapped in by its name while the engine looked',
    line: start,
    change: { final: final({ mounts: [bound] }) },
  },
  {
    name: 'M15: a bind that was read-only when it was looked at',
    line: start,
    change: {
      container: record({ binds: [{ source: '/home/alice', readOnly: true, nonRecursive: true }] }),
      final: final({ mounts: [bound] }),
    },
  },
  {
    name: 'M06b: files of a container with binds that nobody looked at',
    line: `GET /containers/${ids.hers}/archive?path=/etc/passwd`,
    change: { final: final({ mounts: [bound] }) },
  },
  {
    name: 'M06b: files of a container by its name, which may move',
    line: 'GET /containers/hers/archive?path=/etc/passwd',
  },
  {
    name: 'M06b: whether there is a shell in a container by its name',
    line: 'HEAD /containers/hers/archive?path=/bin/sh',
  },
  {
    name: 'M06b: whether there is a shell, with binds that nobody looked at',
    line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`,
    change: { final: final({ mounts: [bound] }) },
  },
  { name: 'a container that was read', line: start, change: { container: record({ phase: 'probed' }) } },
  { name: 'M06: any other file', ...archive('/etc/shadow') },
  { name: 'M06: a link away', ...archive('/etc/../etc/passwd') },
  { name: 'M06: no path', line: `GET /containers/${ids.hers}/archive` },
  { name: 'M06: the contents of the shell', ...archive('/bin/sh') },
  { name: 'M06: whether any other file is there', line: `HEAD /containers/${ids.hers}/archive?path=/etc/passwd` },
  { name: 'M06b: of a container with binds', ...archive('/etc/passwd', bind('/home/alice')) },
  {
    name: 'M06: of a container with a volume',
    ...archive('/etc/passwd', { final: final({ mounts: [mount('volume', '/etc')] }) }),
  },
  {
    name: 'M06: of a container with a volume of its own that others may have',
    ...archive('/etc/passwd', { container: record({ sharesVolumes: true }) }),
  },
  {
    name: 'M06: of a container of an older gate, which did not say',
    ...archive('/etc/passwd', { container: ofOlderGate }),
  },
  { name: 'M06: of a container that ran', ...archive('/etc/passwd', { container: record({ phase: 'started' }) }) },
  { name: 'M06: of a container that root started', ...archive('/etc/passwd', { final: final({ hasRun: true }) }) },
  { name: 'M06: of a container of which the engine does not say', ...archive('/etc/passwd', { final: undefined }) },
  {
    name: 'M06: whether there is a shell, in a container that ran',
    line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`,
    change: { container: record({ phase: 'started' }) },
  },
  { name: 'M06: writing', line: `PUT /containers/${ids.hers}/archive` },
]

/** A restart is a start. */
const again = rows
  .filter(({ line }) => line === start)
  .map((row) => ({
    ...row,
    ...(row.name.startsWith('M16') || row.change?.final?.mounts.some(({ type }) => type === 'bind') === true
      ? { isHeldTwice: true as const }
      : {}),
    name: `${row.name}, at a restart`,
    line: `POST /containers/${ids.hers}/restart`,
  }))

/** It waits for the container to end, for as long as that likes. */
const restart = `POST /containers/${ids.hers}/restart`
const restartRows: readonly Attack[] = [
  { name: 'M05b: a restart with binds, swapped while it waits', line: restart, change: bind('/home/alice') },
  {
    name: 'M16: a restart in the namespace of a container, swapped while it waits',
    line: restart,
    change: { final: final({ pidMode: 'container:hers' }) },
  },
]

export const startRows: readonly Attack[] = [...rows, ...again, ...restartRows]
