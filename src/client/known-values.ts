import type { Flag } from './flag.ts'

/** What of flags' values is known beforehand, for completion and --help. One that ends in `=` or `:` is a beginning. Pure. */

export const knownValues: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    attach: 'stdin stdout stderr',
    'cap-drop': 'ALL',
    cgroupns: 'private',
    completion: 'bash zsh fish',
    'detach-keys': 'ctrl-p,ctrl-q ctrl-a,d',
    gpus: 'all',
    ipc: 'private shareable none host container:',
    'log-driver': 'json-file local none',
    'log-opt': 'max-size= max-file= compress=',
    mount: 'type=bind,source= type=volume,source= type=tmpfs,target=',
    net: 'bridge none host container:',
    network: 'bridge none host container:',
    pid: 'host container:',
    platform: 'linux/amd64 linux/arm64 linux/arm/v7 linux/386 linux/ppc64le linux/riscv64 linux/s390x',
    pull: 'missing always never',
    restart: 'no on-failure on-failure:',
    'security-opt': 'no-new-privileges',
    ulimit: 'core= cpu= data= fsize= nofile= nproc= stack=',
    userns: 'host',
    uts: 'host',
    'volume-driver': 'local',
  }).map(([name, words]) => [name, words.split(' ')]),
)

/** Those that take a path of the host's. */
export const pathFlags: readonly string[] = ['cidfile', 'device', 'env-file', 'label-file', 'volume']

/** No site grants any value of it that does something. */
export const isNeverGranted = ({ name, refused }: Flag): boolean => refused !== undefined && !knownValues.has(name)
