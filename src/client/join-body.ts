import { createHash } from 'node:crypto'
import { entrypointPath, fallbackShell } from '../contract/overlay.ts'
import { Failure } from '../failure.ts'
import type { CreateBody } from './create-body.ts'
import type { Job } from './job.ts'
import { at, textsAt } from './reply.ts'

/** --join: one line's create body -> the container that all tasks of a step share, its name, and this task's exec. Pure. */

/**
 * The container's own process: it ends when it has been alone for ten seconds. Who is there is told by its cgroup, since with
 * the host's pid namespace there are others' processes too; the engine shows a container its own cgroup alone. What is not the
 * shell's own is sleep, which is over whenever it counts.
 */
const keeper = `trap 'exit 0' TERM INT HUP
for list in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do [ ! -r "$list" ] || break; done
alone=0
while [ "$alone" -lt 10 ]; do
  sleep 1 || exit 1
  count=0
  while read -r _; do count=$((count + 1)); done <"$list" || exit 1
  if [ "$count" -gt 1 ]; then alone=0; else alone=$((alone + 1)); fi
done`

/**
 * What is one task's own is not in it: its command, its variables, its terminal. Nor is an init or a health check, which the
 * engine may have by itself: the keeper would take them for tasks.
 */
export const sharedBody = (body: CreateBody): CreateBody => {
  const { Cmd: _command, Env: _variables, ...rest } = body
  const [shell, script] = textsAt(body, 'Entrypoint')
  if (shell !== fallbackShell || script !== entrypointPath)
    throw new Failure('image', `--join: this image has no ${fallbackShell}, which keeps the container for the others`, {
      hint: 'leave --join out, or take an image with a shell',
    })
  const { ConsoleSize: _size, ...host } = fieldsOf(body['HostConfig'])
  const streams = ['Tty', 'OpenStdin', 'StdinOnce', 'AttachStdin', 'AttachStdout', 'AttachStderr']
  return {
    ...rest,
    ...Object.fromEntries(streams.map((name) => [name, false])),
    Entrypoint: [fallbackShell, '-c', keeper],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { ...host, Init: false },
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const fieldsOf = (value: unknown) => (isFields(value) ? value : {})

/** Tasks that ask for the same find each other; a node that shares an engine with another has its own. */
export const sharedName = (shared: CreateBody, { id, step = 'none' }: Job, imageId: string, node: string): string => {
  const asked = JSON.stringify([shared, imageId, node])
  return `dockerrun-${id}-${step}-${createHash('sha256').update(asked).digest('hex').slice(0, 12)}`
}

/** The entrypoint runs as it would in a container of one's own: it enters the working directory and says what is missing. */
export const joiningBody = (
  body: CreateBody,
  detachKeys: string | undefined,
  size: readonly [number, number] | undefined,
): Readonly<Record<string, unknown>> => ({
  User: body['User'],
  Cmd: [...textsAt(body, 'Entrypoint'), ...textsAt(body, 'Cmd')],
  Env: textsAt(body, 'Env'),
  Tty: body['Tty'],
  AttachStdin: at(body, 'OpenStdin') === true && at(body, 'AttachStdin') === true,
  AttachStdout: body['AttachStdout'],
  AttachStderr: body['AttachStderr'],
  ...(detachKeys === undefined ? {} : { DetachKeys: detachKeys }),
  ...(body['Tty'] === true && size !== undefined ? { ConsoleSize: size } : {}),
})
