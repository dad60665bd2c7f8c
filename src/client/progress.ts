/** What a pull says, as a terminal shows it: a line for each layer, which moves on in its place, as docker's does (jsonmessage.go). Pure but for its state. */

export type PullEvent = {
  readonly id: string | undefined
  readonly status: string
  /** Of a layer: how far it is, where that is known. */
  readonly detail: Detail | undefined
}

type Detail = {
  /** It moves on within what it does. */
  readonly isWithin: boolean

  readonly current?: number | undefined
  readonly total?: number | undefined
  readonly units?: string | undefined
}

export type Size = { readonly rows: number; readonly columns: number }

/** The text that shows an event below those before it. */
export const drawProgress = (): ((event: PullEvent, size: Size) => string) => {
  const lines = new Map<string, number>()
  return ({ id, status, detail }, size) => {
    if (id === undefined || detail === undefined) {
      // What is no layer's goes below: the lines above it are not touched any more.
      lines.clear()
      return `${fit(id === undefined ? status : `${id}: ${status}`, size)}\n`
    }
    const text = formatLayer(id, status, detail, size)
    const line = lines.get(id)
    if (line === undefined) {
      lines.set(id, lines.size)
      return `${text}\n`
    }
    const up = lines.size - line
    return up < size.rows ? `\u001b[${up}A\r\u001b[2K${text}\r\u001b[${up}B` : ''
  }
}

/** `id: Downloading [==>   ]  1.5MB/2MB`, the bar as wide as there is room for it. */
const formatLayer = (id: string, status: string, detail: Detail, size: Size): string => {
  const [head, numbers] = [plain(`${id}: ${status}`), formatNumbers(detail)]
  if (numbers === '') return fit(head, size)
  const { current = 0, total = 0 } = detail
  const room = Math.min(50, roomOf(size) - head.length - numbers.length - ' [>] '.length)
  if (total <= 0 || room < 10) return fit(`${head} ${numbers}`, size)
  const done = Math.min(room, Math.floor((current / total) * room))
  return `${head} [${'='.repeat(done)}>${' '.repeat(room - done)}] ${numbers}`
}

/** Bytes, or what the engine counts instead: seconds, while it unpacks. */
const formatNumbers = ({ current = 0, total = 0, units = '' }: Detail): string => {
  if (current <= 0 && total <= 0) return ''
  if (units !== '') return total > 0 ? `${current}/${total} ${plain(units)}` : `${current} ${plain(units)}`
  const far = formatBytes(current).padStart(8)
  return total <= 0 || current > total ? far : `${far}/${formatBytes(total)}`
}

/** Four digits, as docker has them (go-units, HumanSize). */
const formatBytes = (bytes: number): string => {
  const power = Math.min(5, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${Number((bytes / 1000 ** power).toPrecision(4))}${['B', 'kB', 'MB', 'GB', 'TB', 'PB'][power] ?? ''}`
}

/** A line that is as wide as the terminal may be two. */
const roomOf = ({ columns }: Size): number => Math.max(0, columns - 1)
const fit = (text: string, size: Size): string => plain(text).slice(0, roomOf(size))

/** The engine's words must not drive the terminal. */
const plain = (text: string): string => text.replaceAll(/[^\u0020-\u007e]/g, '?')
