import { setTimeout as pause } from 'node:timers/promises'
import { isExecFailure } from '../host/engine-errors.ts'
import type { Api } from './api.ts'
import type { Writer } from './attach.ts'
import { at, numberAt } from './reply.ts'

/**
 * An exec that could not be started: the engine has answered 101 by then, and writes why into the command's own stdout (moby
 * api/server/router/container/exec.go, 20.10 to 29). That is no output: what begins like it waits until the engine tells
 * whether there ever was a process, all else goes on at once.
 */
export const holdBack = (hasStarted: () => Promise<boolean>) => {
  const said: Buffer[] = []
  let started: Promise<boolean> | undefined
  return {
    hold: ({ write, flush }: Writer): Writer => ({
      flush,
      write: async (data) => {
        started ??= isExecFailure(data.toString('latin1', 0, 100)) ? hasStarted() : Promise.resolve(true)
        if (await started) await write(data)
        else said.push(data)
      },
    }),
    said: () => Buffer.concat(said).toString().trim(),
  }
}

/** The process number of an exec and its status, of which an engine that could not start it knows only the second. */
export type ExecFacts = { readonly pid: number; readonly code: number | undefined }

export const readExec = async (api: Api, path: string): Promise<ExecFacts> => {
  const facts = await api.ask('GET', `${path}/json`)
  const code = at(facts, 'Running') === true ? undefined : numberAt(facts, 'ExitCode')
  return { pid: numberAt(facts, 'Pid') ?? 0, code }
}

/** Output can come a moment before the engine has noted the number. What it does not tell at all is not held back. */
export const hasStarted = async (api: Api, path: string): Promise<boolean> => {
  const end = Date.now() + 5_000
  while (Date.now() < end) {
    const facts = await readExec(api, path).catch(() => undefined)
    if (facts === undefined || facts.pid > 0) return true
    if (facts.code !== undefined) return !hasNeverRun(facts)
    await pause(5)
  }
  return true
}

export const hasNeverRun = ({ pid, code }: ExecFacts): boolean => pid === 0 && (code === 126 || code === 127)
