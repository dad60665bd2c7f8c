/** Rejects with the signal's reason when it aborts, and never settles else: one side of a race. */
export const rejection = async (signal: AbortSignal): Promise<never> =>
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
