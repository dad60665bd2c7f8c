/** How facts are read: what cannot be had becomes its reason. */
import { readFileSync, statSync } from 'node:fs'
import type { Fact, Place } from './facts.ts'

export async function attempt<Value>(read: () => Value | Promise<Value>): Promise<Fact<Value>> {
  try {
    return { is: await read() }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const toRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Undefined where there is none; what is there and cannot be read throws. */
export function readTextIfAny(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path, 'utf8')
}

export function placeOf(path: string): Place | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : { path, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid }
}
