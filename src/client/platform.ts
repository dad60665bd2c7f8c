import process from 'node:process'
import { Failure } from '../failure.ts'

/** --platform as docker reads it (containerd/platforms): OS, ARCHITECTURE, or OS/ARCHITECTURE[/VARIANT]. Pure. */
export type Platform = { readonly os: string; readonly architecture: string; readonly variant?: string }

export const parsePlatform = (text: string, ours: string = goName(process.arch)): Platform => {
  const [first = '', second, variant = '', ...more] = text.toLowerCase().split('/')
  const parts = [first, second ?? 'x', variant === '' ? 'x' : variant]
  const isOs = systems.has(first)
  if (!parts.every((part) => /^[a-z0-9_.-]+$/.test(part)) || more.length > 0 || text.endsWith('/')) throw failure(text)
  if (second !== undefined)
    return normalize({ os: first === 'macos' ? 'darwin' : first, architecture: second, variant })
  const only = normalize({ os: 'linux', architecture: first })
  if (!isOs && !architectures.has(only.architecture)) throw failure(text)
  return isOs ? { os: first, architecture: ours } : only
}

/** docker's client, formatPlatform: the `platform` of POST /containers/create. */
export const formatPlatform = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')

/**
 * Does an image serve for the platform (moby daemon/images/image.go, OnlyPlatformWithFallback)? An image that names no variant
 * does, and one for an older processor of the kind. What else docker lets pass (386 for amd64) is pulled instead.
 */
export const isForPlatform = (wanted: Platform, image: Platform): boolean => {
  const { os, architecture, variant } = normalize(image)
  if (wanted.os !== os || wanted.architecture !== architecture) return false
  const version = (text: string | undefined) => Number(/^v([0-9]+)/.exec(text ?? '')?.[1] ?? 0)
  return (image.variant ?? '') === '' || variant === wanted.variant || version(variant) < version(wanted.variant)
}

const normalize = ({ os, architecture, variant = '' }: Platform): Platform => {
  const [name, given] = aliases[architecture] ?? [architecture]
  const plain = given ?? (/^[5-9]$/.test(variant) ? `v${variant}` : variant)
  const isUsual = (name === 'amd64' && plain === 'v1') || (name === 'arm64' && /^v8(?:\.0)?$/.test(plain))
  const wanted = name === 'arm' && plain === '' ? 'v7' : isUsual ? '' : plain
  return { os, architecture: name, ...(wanted === '' ? {} : { variant: wanted }) }
}

const aliases: Readonly<Record<string, readonly [name: string, variant?: string]>> = {
  i386: ['386', ''],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
}

const goName = (name: string): string => ({ x64: 'amd64', ia32: '386', ppc64: 'ppc64le' })[name] ?? name

const systems = new Set(['linux', 'windows', 'darwin', 'macos', 'freebsd'])
const architectures = new Set('386 amd64 arm arm64 loong64 mips64 mips64le ppc64 ppc64le riscv64 s390x wasm'.split(' '))

const failure = (text: string): Failure =>
  new Failure('usage', `--platform ${text}: not understood`, {
    hint: 'it is OS[/ARCHITECTURE[/VARIANT]], as linux/arm64',
  })
