/** Ctrl-C and Ctrl-\ as bytes: with -t they go to the container's own terminal, which turns them into signals there. Pure. */
export const typedSignal = (typed: Buffer): 'SIGINT' | 'SIGQUIT' | undefined => {
  if (typed.includes(0x03)) return 'SIGINT'
  return typed.includes(0x1c) ? 'SIGQUIT' : undefined
}

/** Do typed signals reach this process: is it in front at its terminal? Reads /proc/PID/stat (proc(5): pgrp, tpgid). */
export const isInFront = (stat: string): boolean => {
  const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group !== undefined && group === front
}

/** Does the terminal make signals of them, or hand them to the program as they are (an editor)? Reads `stty -a`. */
export const makesSignals = (settings: string): boolean => /(?:^|[\s;])isig(?:[\s;]|$)/.test(settings)
