import { readDetachKeys } from './detach-keys.ts'
import { formatLine } from './dry-run.ts'
import { explain } from './explain.ts'
import { followExec } from './exec.ts'
import type { Outcome } from './exit-status.ts'
import type { Interruption } from './interruption.ts'
import type { InJob } from './job-options.ts'
import { joiningBody, sharedBody, sharedName } from './join-body.ts'
import { enterShared } from './join-shared.ts'
import { tellIds } from './other-host.ts'
import { platformQuery, prepare } from './prepare.ts'
import { sizeOf, wantsRaw, type RunPorts } from './run.ts'

/** --join: the tasks of a job step share one container on each node, and each is a process in it. */
export const join = async (around: InJob, ports: RunPorts, interruption: Interruption): Promise<Outcome> => {
  const { engine, env, terminal, notice } = ports
  const { early, orStopped, hold } = interruption
  const { job } = around
  if (job === undefined) throw new Error('--join without a job is refused beforehand')
  engine.warm(2)
  const size = sizeOf(terminal)
  const prepared = await orStopped(prepare(around.request, { ...ports, size, confine: around.confine }, early))
  const { api, body, request, image, account } = prepared
  const shared = sharedBody(body)
  const query = { name: sharedName(shared, job, image.id, env['SLURMD_NODENAME'] ?? ''), ...platformQuery(request) }
  if (request.instead !== undefined) {
    ports.print(
      request.instead === 'explain' ? await orStopped(explain(api, query, shared)) : formatLine(request, shared),
    )
    return { kind: 'exited', code: 0, replaced: undefined }
  }
  const exec = joiningBody(body, request.detachKeys, size)
  const place = await orStopped(enterShared(api, { query, shared, exec }, early)).catch((error: unknown) => {
    throw tellIds(error, account, engine.settings.address)
  })
  if (request.isVerbose) notice(`container: ${query.name} ${place.id}`)
  early.throwIfAborted()
  const restore = wantsRaw(request) ? terminal.makeRaw() : () => {}
  try {
    hold()
    const attach = { ...request.attach, stdin: request.interactive && request.attach.stdin }
    const keys = readDetachKeys(request.detachKeys)
    return await followExec({ api, keys, ...place }, { attach, tty: request.tty }, terminal, interruption)
  } finally {
    restore()
  }
}
