/**
 * Each parameter, body field and enum value that Docker describes for an operation a user may have is decided here by name.
 * Goes red, and names it, when a newer description of the API brings another.
 */
import { describe, it } from 'vitest'
import { ownContainer } from '../../src/policy/container-create.ts'
import { readDockerApi } from '../support/docker-api.ts'
import { findEnums, findUndescribed, findUnnamed, granted, type Verdicts } from '../support/field-tables.ts'

/** Of the body of a commit: the settings of the new image. */
const configFields = Object.keys(ownContainer).filter((name) => !['HostConfig', 'NetworkingConfig'].includes(name))

/** Refused as unknown, on purpose. */
const refused: Readonly<Record<string, string>> = {
  'ImageCreate ?inputImage': 'no engine reads it',
  'ImageDelete ?platforms': 'a list, given several times: a second reading',
  ...Object.fromEntries(configFields.map((name) => [`ImageCommit ${name}`, 'docker gives these as changes'])),
}

/** Decided inside a check, which is code and shows no names: the check must refuse what it does not know. */
const insideChecks: Readonly<Record<string, string>> = {}

/** What the description lacks, and engines have. */
const undescribed: Readonly<Record<string, string>> = {
  'ContainerLogs ?details': 'read by every engine, documented by none (moby daemon/server/router/container)',
  'ContainerCreate HostConfig.Mounts[].ClusterOptions': 'swarm, in the structs from 26 on (moby api/types/mount)',
  'ContainerCreate HostConfig.KernelMemory': 'in the structs up to 28.5 (moby api/types/container/hostconfig.go)',
  'ContainerExec Detach': "in the structs up to 28.5, and docker's own CLI sends it",
  'ContainerUpdate KernelMemory': 'in the structs up to 28.5',
  'ImageInspect ?platform': '1.49',
  'ImageList ?identity': '1.54 (moby daemon/server/router/image)',
  'NetworkCreate CheckDuplicate': "gone from the description, and sent by docker's own CLI up to 24",
}
const undescribedOperations: Readonly<Record<string, string>> = {
  SystemPingHead: 'is SystemPing, with its two methods under one operationId',
}

const decided: Readonly<Record<string, Verdicts>> = {
  'ContainerCreate HostConfig.CgroupnsMode': { allow: ['private'], deny: ['host'] },
  'ContainerCreate HostConfig.Isolation': { allow: ['', 'default'], deny: ['hyperv', 'process'] },
  'ContainerCreate HostConfig.LogConfig.Type': {
    allow: ['json-file', 'local', 'none'],
    deny: ['awslogs', 'etwlogs', 'fluentd', 'gelf', 'journald', 'splunk', 'syslog'],
  },
  'ContainerCreate HostConfig.Mounts[].BindOptions.Propagation': {
    allow: ['private', 'rprivate'],
    deny: ['rshared', 'rslave', 'shared', 'slave'],
  },
  'ContainerCreate HostConfig.Mounts[].Type': {
    allow: ['bind', 'tmpfs', 'volume'],
    deny: ['cluster', 'image', 'npipe'],
  },
  'ContainerCreate HostConfig.RestartPolicy.Name': {
    allow: ['', 'no', 'on-failure'],
    deny: ['always', 'unless-stopped'],
  },
  'ContainerUpdate RestartPolicy.Name': { allow: ['', 'no'], deny: ['always', 'on-failure', 'unless-stopped'] },
  'ContainerWait ?condition': { allow: ['next-exit', 'not-running', 'removed'], deny: [] },
}

const api = readDockerApi()

describe("docker's own description of the API", () => {
  it('has each operation a user may have', ({ expect }) => {
    expect(granted.map(({ id }) => id).filter((id) => !api.has(id))).toEqual(Object.keys(undescribedOperations))
  })

  it('has no parameter and no field that the rules do not name', ({ expect }) => {
    const known = { ...refused, ...insideChecks }
    expect(new Set(findUnnamed(api))).toEqual(new Set(Object.keys(known)))
  })

  it('has each parameter and field that the rules name', ({ expect }) => {
    expect(new Set(findUndescribed(api))).toEqual(new Set(Object.keys(undescribed)))
  })

  it('has no enum value that the rules do not decide', ({ expect }) => {
    expect(findEnums(api)).toEqual(decided)
  })
})

describe('a newer description brings, and is named:', () => {
  it.for([
    {
      name: 'a field of HostConfig',
      file: 'types/HostConfig.ts',
      from: 'CpuShares?: number;',
      to: 'CpuShares?: number; Escape?: string;',
      unnamed: 'ContainerCreate HostConfig.Escape',
    },
    {
      name: 'a field of Config',
      file: 'types/ContainerCreateRequest.ts',
      from: 'Hostname?: string;',
      to: 'Hostname?: string; Escape?: { Deep?: string };',
      unnamed: 'ContainerCreate Escape',
    },
    {
      name: 'a field of each mount',
      file: 'types/MountBindOptions.ts',
      from: 'NonRecursive?: boolean;',
      to: 'NonRecursive?: boolean; Escape?: boolean;',
      unnamed: 'ContainerCreate HostConfig.Mounts[].BindOptions.Escape',
    },
    {
      name: 'a field of each endpoint',
      file: 'types/EndpointSettings.ts',
      from: 'MacAddress?: string;',
      to: 'MacAddress?: string; Escape?: boolean;',
      unnamed: 'ContainerCreate NetworkingConfig.EndpointsConfig.*.Escape',
    },
    {
      name: 'a field of an exec',
      file: 'types/ExecConfig.ts',
      from: 'Tty?: boolean;',
      to: 'Tty?: boolean; Escape?: boolean;',
      unnamed: 'ContainerExec Escape',
    },
    {
      name: 'a parameter',
      file: 'docker-client.ts',
      from: 'detachKeys?: string;',
      to: 'detachKeys?: string; escape?: string;',
      unnamed: 'ContainerStart ?escape',
    },
    {
      name: 'a structure where a list of strings was',
      file: 'types/HostConfig.ts',
      from: 'CapDrop?: Array<string>;',
      to: 'CapDrop?: Array<{ Escape?: string }>;',
      unnamed: 'ContainerCreate HostConfig.CapDrop[].Escape',
    },
  ])('$name', ({ file, from, to, unnamed }, { expect }) => {
    const newer = readDockerApi((name, text) => (name === file ? text.replaceAll(from, to) : text))
    expect(findUnnamed(newer)).toContain(unnamed)
  })

  it('an enum value, of a field and of a parameter', ({ expect }) => {
    const newer = readDockerApi((name, text) =>
      name === 'types/Mount.ts' || name === 'docker-client.ts'
        ? text.replace("| 'volume'", "| 'volume' | 'escape'").replace("| 'removed'", "| 'removed' | 'escape'")
        : text,
    )
    expect(findEnums(newer)['ContainerCreate HostConfig.Mounts[].Type']?.deny).toContain('escape')
    expect(findEnums(newer)['ContainerWait ?condition']?.deny).toContain('escape')
  })
})
