/** Options of dockerrunctl that more than one of its commands has. */

export type Everywhere = { readonly dir: string }

/** yargs makes a list of a flag given twice; docker takes the last. */
const lastText = (value: string | readonly string[]): string =>
  typeof value === 'string' ? value : (value.at(-1) ?? '')
const isOn = (value: boolean | readonly boolean[]): boolean =>
  value === true || (value !== false && value.at(-1) === true)

export const textOption = { type: 'string', requiresArg: true, coerce: lastText } as const
export const flagOption = { type: 'boolean', default: false, coerce: isOn } as const
export const daysOption = (days: number) =>
  ({ ...textOption, default: `${days}`, describe: 'days it is good for' }) as const
