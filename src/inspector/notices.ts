import { randomUUID } from 'node:crypto'

/** The result of an action, shown as a toast on the page that follows. */
export interface Notice {
  /** `wait` for what was done but had no effect. */
  tone: 'good' | 'bad' | 'wait'
  text: string
  details?: readonly string[]
  /** What was filled in, to be corrected and sent again. */
  form?: Readonly<Record<string, string>>
  /** What the control API answered, for pages that show more of it. */
  answer?: unknown
}

export interface Notices {
  /** @returns the id by which a URL names it */
  put(notice: Notice): string
  get(id: string | undefined): Notice | undefined
}

const LIMIT = 200

/** The last notices. URLs carry their ids and not their texts, so that nobody can put texts on a page. */
export function createNotices(): Notices {
  const recent = new Map<string, Notice>()
  return {
    put(notice) {
      const id = randomUUID()
      if (recent.size >= LIMIT) recent.delete(recent.keys().next().value as string)
      recent.set(id, notice)
      return id
    },
    get: id => (id === undefined ? undefined : recent.get(id)),
  }
}
