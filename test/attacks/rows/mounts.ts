/** Mounts by which the engine's root would reach, make or change something on a user's behalf. Each is denied. */
import { bind, createBody } from '../../support/requests.ts'

export const mounted = (...mounts: readonly unknown[]) => ({
  ...createBody(),
  HostConfig: { ...createBody().HostConfig, Mounts: mounts },
})

export const mountRows: readonly {
  readonly name: string
  readonly mounts: readonly unknown[]
  readonly isShape?: true
  readonly isHeldTwice?: true
}[] = [
  { name: 'M05: a source that cannot be reached', mounts: [bind({ Source: '/home/bob' })] },
  { name: 'M08: a source that does not exist', mounts: [bind({ Source: '/etc/nologin' })] },
  { name: 'M05b: a source through a link', mounts: [bind({ Source: '/home/alice/link' })] },
  { name: 'a source with dot dot', mounts: [bind({ Source: '/home/alice/../bob' })] },
  { name: 'a source with a doubled slash', mounts: [bind({ Source: '//home/alice' })] },
  { name: 'a relative source', mounts: [bind({ Source: 'home' })] },
  { name: 'a source with a newline', mounts: [bind({ Source: '/home/alice\n' })] },
  { name: 'an absent source', mounts: [bind({ Source: undefined })] },
  { name: 'the whole host', mounts: [bind({ Source: '/' })] },
  { name: 'the host proc', mounts: [bind({ Source: '/proc/1/root' })] },
  { name: "M51: the engine's own folder", mounts: [bind({ Source: '/var/lib/docker/volumes' })] },
  { name: "M51: this engine's own data root", mounts: [bind({ Source: '/data/docker/x' })] },
  { name: "M51: what this engine's data root is in", mounts: [bind({ Source: '/data' })] },
  {
    name: "M51: what an engine's folder is in",
    mounts: [bind({ Source: '/var/lib', Target: '/x', ReadOnly: true, BindOptions: { NonRecursive: true } })],
  },
  { name: 'M10: writable, of a folder where others put theirs too', mounts: [bind({ Source: '/tmp', Target: '/x' })] },
  { name: 'a device', mounts: [bind({ Source: '/home/alice/disk' })] },
  { name: 'M09: writable, of a folder that the user cannot write', mounts: [bind({ Source: '/usr/share' })] },
  {
    name: 'M09b: read-only, but its submounts would not be',
    mounts: [bind({ Source: '/usr/share', ReadOnly: true })],
  },
  { name: 'M09: a target inside another', mounts: [bind(), bind({ Target: '/home/alice/x/y' })] },
  { name: 'a target twice', mounts: [bind(), bind()] },
  { name: 'M11b: over /etc', mounts: [bind({ Target: '/etc' })] },
  { name: 'over the root', mounts: [bind({ Target: '/' })] },
  {
    name: "M09b: over the engine's own /etc/hosts, where options are lost",
    mounts: [bind({ Target: '/etc/hosts', ReadOnly: true })],
  },
  {
    name: "M09b: over the engine's own /etc/resolv.conf",
    mounts: [bind({ Target: '/etc/resolv.conf', ReadOnly: true })],
  },
  { name: 'over /proc', mounts: [bind({ Target: '/proc' })] },
  { name: 'below /dev', mounts: [bind({ Target: '/dev/shm' })] },
  { name: 'a target with dot dot', mounts: [bind({ Target: '/a/../etc' })] },
  { name: 'an absent target', mounts: [bind({ Target: undefined })] },
  { name: 'M04d: a writable group file', mounts: [bind({ Source: '/home/alice/file', Target: '/etc/group' })] },
  { name: 'M07: shared propagation', mounts: [bind({ BindOptions: { Propagation: 'rshared' } })] },
  { name: 'M08: a mount point made by the engine', mounts: [bind({ BindOptions: { CreateMountpoint: true } })] },
  {
    name: 'M09b: submounts writable below a read-only bind',
    mounts: [bind({ BindOptions: { ReadOnlyNonRecursive: true } })],
  },
  {
    name: 'a volume that she can change while the engine fills it, as root',
    mounts: [{ Type: 'volume', Source: 'herdata', Target: '/seed' }],
  },
  { name: "M15: a volume of bob's", mounts: [{ Type: 'volume', Source: 'bobdata', Target: '/x' }] },
  {
    name: 'a volume by the name of one the engine made up',
    mounts: [{ Type: 'volume', Source: 'f'.repeat(64), Target: '/x' }],
  },
  { name: 'a volume by an odd name', mounts: [{ Type: 'volume', Source: '../x', Target: '/x' }] },
  {
    name: 'M04d: a file of a volume for the groups',
    mounts: [{ Type: 'volume', Source: 'herdata', Target: '/etc/group', VolumeOptions: { Subpath: 'group' } }],
  },
  {
    name: 'a way out of a volume',
    mounts: [{ Type: 'volume', Source: 'freshdata', Target: '/x', VolumeOptions: { Subpath: '../bobdata' } }],
  },
  {
    name: "a label of a volume that says it is bob's",
    mounts: [
      { Type: 'volume', Source: 'newdata', Target: '/x', VolumeOptions: { Labels: { 'dockerrun.owner': 'bob' } } },
    ],
  },
  {
    name: 'M12: a volume that hides a bind',
    mounts: [
      {
        Type: 'volume',
        Source: 'newdata',
        Target: '/x',
        VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } } },
      },
    ],
  },
  {
    name: 'M12: a volume of a plugin',
    mounts: [{ Type: 'volume', Source: 'newdata', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'evil' } } }],
  },
  {
    name: 'M09: a volume inside a bind',
    mounts: [bind(), { Type: 'volume', Source: 'herdata', Target: '/home/alice/x' }],
  },
  { name: 'M09: a tmpfs inside a bind', mounts: [bind(), { Type: 'tmpfs', Target: '/home/alice/x' }] },
  { name: 'a tmpfs with options', mounts: [{ Type: 'tmpfs', Target: '/x', TmpfsOptions: { Options: [['dev']] } }] },
  {
    name: 'M12: options of a volume, on a bind',
    mounts: [bind({ VolumeOptions: { DriverConfig: { Options: { type: 'none' } } } })],
  },
  { name: 'M43: an image', mounts: [{ Type: 'image', Source: 'bobs', Target: '/x' }], isHeldTwice: true },
  { name: 'no type', mounts: [bind({ Type: undefined })] },
  { name: 'an unknown option', mounts: [bind({ BindOptions: { Magic: true } })], isShape: true },
  { name: 'a mount that is no object', mounts: [[]] },
]
