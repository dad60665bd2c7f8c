/** What the oracle is told: what the engine says of a container, what the kernel says of its processes, what she sees herself. */
export type { Sight } from './talk.ts'
import type { Sight } from './talk.ts'

type Strings = readonly string[] | null
type Endpoint = {
  readonly NetworkID: string
  readonly Aliases?: Strings
  readonly Links?: Strings
  readonly DriverOpts?: object | null
  readonly IPAMConfig?: { readonly IPv4Address?: string } | null
}
type Bindings = Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> | null

/** As far as it is looked at. */
export type Inspect = {
  readonly Id: string
  readonly State: { readonly Pid: number; readonly Running: boolean }
  readonly Config: {
    readonly Image: string
    readonly User: string
    readonly WorkingDir: string
    readonly MacAddress?: string
    readonly StopTimeout?: number
    readonly Labels: Readonly<Record<string, string>> | null
    readonly Healthcheck?: { readonly Interval?: number }
  }
  readonly HostConfig: {
    readonly Privileged: boolean
    readonly SecurityOpt: Strings
    readonly UsernsMode: string
    readonly GroupAdd: Strings
    readonly PidMode: string
    readonly VolumeDriver?: string
    readonly IpcMode: string
    readonly NetworkMode: string
    readonly UTSMode: string
    readonly VolumesFrom: Strings
    readonly PortBindings: Bindings
    readonly CpuShares: number
    readonly BlkioWeight: number
    readonly OomScoreAdj: number
    readonly OomKillDisable?: boolean | null
    readonly PidsLimit?: number | null
    readonly CpuRealtimeRuntime?: number
    readonly CpuRealtimePeriod?: number
    readonly Ulimits?: readonly { readonly Name: string; readonly Hard: number }[] | null
    readonly LogConfig: { readonly Type: string; readonly Config: object | null }
    readonly RestartPolicy: { readonly Name: string }
    readonly Mounts?:
      | readonly { readonly VolumeOptions?: { readonly DriverConfig?: { readonly Options?: object | null } } }[]
      | null
  } & Readonly<
    Partial<
      Record<
        | 'CapAdd'
        | 'Devices'
        | 'DeviceCgroupRules'
        | 'DeviceRequests'
        | 'Links'
        | 'Sysctls'
        | 'Annotations'
        | 'StorageOpt'
        | 'Runtime'
        | 'CgroupParent'
        | 'Cgroup'
        | 'MaskedPaths'
        | 'ReadonlyPaths',
        object | string | null
      >
    >
  >
  readonly NetworkSettings: {
    readonly Ports: Bindings
    readonly MacAddress?: string
    readonly Networks: Readonly<Record<string, Endpoint>> | null
  }
  readonly Mounts: readonly {
    readonly Type: string
    readonly Source: string
    readonly Destination: string
    readonly Name?: string
    readonly Driver?: string
    readonly RW: boolean
    readonly Propagation: string
  }[]
}

export type Process = {
  readonly uids: readonly number[]
  readonly gids: readonly number[]
  readonly groups: readonly number[]
  readonly capabilities: Readonly<Record<string, bigint>>
  readonly noNewPrivileges: number
  readonly seccomp: number
  readonly userSpace: string
}

/** By the names of /proc/PID/ns. */
export type Spaces = Readonly<Record<string, string>>

export type Started = {
  readonly processes: readonly Process[]
  readonly spaces: Spaces
  readonly mounts: readonly {
    readonly target: string
    readonly isReadOnly: boolean
    /** nosuid and nodev. */
    readonly isPlain: boolean
    readonly peers: string
  }[]
  readonly cgroups: readonly string[]
  /** What its devices cgroup lets it open; empty where the kernel has no such file. */
  readonly devices: string
  readonly oomScoreAdj: number
  readonly limits: Readonly<Record<string, string>>
  /** By source and by target: the same file, seen from a shell and from inside. */
  readonly sights: ReadonlyMap<string, Sight>
  readonly insides: ReadonlyMap<string, Sight & { readonly uid?: number }>
}

/** Who has what around her, and how it looks where nobody asks for anything. */
export type World = {
  /** Gate 2 is there. */
  readonly isGuarded: boolean
  readonly labId: string
  readonly dataRoot: string
  /** How her own container may be called: name, id, twelve digits. */
  readonly hers: ReadonlySet<string>
  readonly hernet: string
  readonly foreignNetworks: ReadonlySet<string>
  readonly foreignVolumes: ReadonlySet<string>
  readonly foreignSpaces: ReadonlySet<string>
  readonly hostSpaces: Spaces
  readonly baseline: { readonly inspect: Inspect } & Pick<Started, 'mounts' | 'devices' | 'oomScoreAdj' | 'limits'>
}
