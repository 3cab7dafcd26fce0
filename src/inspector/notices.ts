import { randomUUID } from 'node:crypto'

/** What came of what a person did, to be told on the page that comes after. */
export interface Notice {
  tone: 'good' | 'bad'
  text: string
  details?: readonly string[]
  /** What was filled in, to be tried again. */
  form?: Readonly<Record<string, string>>
}

export interface Notices {
  /** @returns the id by which an address names it */
  put(notice: Notice): string
  get(id: string | undefined): Notice | undefined
}

const MOST = 200

/** The last notices. Addresses carry their ids and not their words, so that nobody can put words on a page. */
export function createNotices(): Notices {
  const kept = new Map<string, Notice>()
  return {
    put(notice) {
      const id = randomUUID()
      if (kept.size >= MOST) kept.delete(kept.keys().next().value as string)
      kept.set(id, notice)
      return id
    },
    get: id => (id === undefined ? undefined : kept.get(id)),
  }
}
