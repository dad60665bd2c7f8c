import { describe, it } from 'vitest'
import {
  objectToDevicePattern,
  objectToImagePattern,
  objectToRepositoryPattern,
} from '../../../src/policy/pattern-forms.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('a pattern that means what it seems to is taken', () => {
  it.for([
    'docker.io/library/*',
    'docker.io/**',
    'docker.io/library/busybox:1.*',
    'registry.example.org:5000/a/*/c-*',
    '*.example.org/**',
    'localhost/{login}/*',
    'reg.example.org/{login}/**',
    '*/*/tool',
    '**',
    '**/tool:stable',
    `**@${digest}`,
  ])('%s, for images', (pattern, { expect }) => {
    expect(objectToImagePattern(pattern)).toBeUndefined()
  })

  it.for(['reg.example.org/{login}/*', 'reg.example.org/**', 'localhost/shared/*', 'docker.io/site/tool'])(
    '%s, for repositories',
    (pattern, { expect }) => {
      expect(objectToRepositoryPattern(pattern)).toBeUndefined()
    },
  )

  it.for(['/dev/fuse', '/dev/infiniband/*', '/dev/nvidia*', '/dev/snd/**', '/dev/cpu_dma_latency'])(
    '%s, for devices',
    (pattern, { expect }) => {
      expect(objectToDevicePattern(pattern)).toBeUndefined()
    },
  )
})

describe('an image pattern that would grant nothing, or more than it seems to, is refused', () => {
  it.for([
    { pattern: 'busybox', why: 'docker.io/library/busybox' },
    { pattern: 'busybox:1.36', why: 'docker.io/library/busybox:1.36' },
    { pattern: 'docker.io/busybox', why: 'docker.io/library/busybox' },
    { pattern: 'bitnami/*', why: 'docker.io/bitnami/*' },
    { pattern: 'index.docker.io/library/*', why: 'docker.io' },
    { pattern: 'Registry.example.org/x', why: 'lower case' },
    { pattern: 'registry.example.org/Tool', why: 'lower case' },
    { pattern: 'registry.example.org*/x', why: 'a registry such as' },
    { pattern: 'reg*.example.org/x', why: 'a registry such as' },
    { pattern: 'registry.example.org', why: 'docker.io/library/registry.example.org' },
    { pattern: '*', why: 'a repository behind the registry' },
    { pattern: 'registry.example.org/', why: 'parts' },
    { pattern: 'registry.example.org//x', why: 'parts' },
    { pattern: 'registry.example.org/a**', why: 'whole part' },
    { pattern: 'registry.example.org/x-{login}', why: 'whole part' },
    { pattern: 'registry.example.org/{uid}/x', why: '{login}' },
    { pattern: '{login}/x', why: 'registry first' },
    { pattern: 'registry.example.org/../x', why: 'parts' },
    { pattern: 'registry.example.org/x?', why: 'parts' },
    { pattern: 'registry.example.org/[ab]', why: 'parts' },
    { pattern: 'registry.example.org/x:', why: ':TAG' },
    { pattern: 'registry.example.org/x@sha256:abc', why: '@sha256:DIGEST' },
    { pattern: `registry.example.org/x:1@${digest}`, why: 'not both' },
    { pattern: digest, why: 'docker.io/library/sha256' },
    { pattern: '', why: 'expected' },
  ])('$pattern', ({ pattern, why }, { expect }) => {
    expect(objectToImagePattern(pattern)).toContain(why)
  })
})

describe('a repository pattern that would let users write names of others is refused', () => {
  it.for([
    { pattern: '**', why: 'own name first' },
    { pattern: '*/x', why: 'own name first' },
    { pattern: '*.example.org/x', why: 'own name first' },
    { pattern: 'localhost/**', why: 'names of their own' },
    { pattern: 'localhost/*/x', why: 'names of their own' },
    { pattern: 'localhost/a*/x', why: 'names of their own' },
    { pattern: 'reg.example.org/x:1', why: 'without tag' },
    { pattern: `reg.example.org/x@${digest}`, why: 'without tag' },
    { pattern: 'busybox', why: 'docker.io/library/busybox' },
  ])('$pattern', ({ pattern, why }, { expect }) => {
    expect(objectToRepositoryPattern(pattern)).toContain(why)
  })
})

describe('a device pattern that would be every disk, or what users put there, is refused', () => {
  it.for([
    '/dev/*',
    '/dev/**',
    '/dev/?',
    '/dev',
    '/dev/',
    '/dev/shm/*',
    '/dev/fd/1',
    '/dev/../etc/x',
    '/etc/x',
    'dev/fuse',
    '/dev/a**',
    '',
  ])('%j', (pattern, { expect }) => {
    expect(objectToDevicePattern(pattern)).toContain('expected')
  })
})
