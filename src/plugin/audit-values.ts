/** Parameters in which clients send values of the environment, and labels: the log has what they are about, and no values. */
import { parseJson } from '../contract/json.ts'
import { isObject } from '../policy/fields.ts'

/** moby builder/dockerfile: what a commit takes. Any other word could be the second line of a value. */
const instructions: readonly string[] = [
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'ONBUILD',
  'USER',
  'VOLUME',
  'WORKDIR',
]

export function withoutValues(key: string, text: string): string | readonly string[] {
  if (key === 'changes')
    return text
      .split('\n')
      .map((line) => line.trimStart().split(/\s/, 1)[0]?.toUpperCase() ?? '')
      .filter((word) => instructions.includes(word))
  return key === 'buildargs' || key === 'labels' ? keysOf(text) : text
}

function keysOf(text: string): string | readonly string[] {
  const read = parseJson(Buffer.from(text))
  return 'value' in read && isObject(read.value) ? [...read.value.keys()] : '{...}'
}

/** Of a target that nobody understood: docker commit -c -c sends `changes` twice, for one. */
export const targetWithoutValues = (target: string): string =>
  target.replaceAll(/([?&;](?:changes|buildargs|labels)=)[^&]*/gi, '$1...')
