import process from 'node:process'

/** The signals a container is told of, as docker's --sig-proxy does, less those only job control uses. */
export const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

export type Forwarded = (typeof forwarded)[number]
/** What a container is sent: what we were sent, or SIGPIPE when nobody reads its output any more. */
export type Sent = Forwarded | 'SIGPIPE'

export const onSignals = (listen: (signal: Forwarded) => void): (() => void) => {
  const listeners = forwarded.map((signal) => ({ signal, listener: () => listen(signal) }))
  for (const { signal, listener } of listeners) process.on(signal, listener)
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}
