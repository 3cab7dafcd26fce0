/** The longest part of a body that is kept, in characters. */
const MAX_BODY_LENGTH = 65_536

/** The body of an answer, as far as it is kept. */
export interface KeptBody {
  text: string
  /** Whether the end is missing. */
  truncated: boolean
}

/** The bodies of the answers in all journals, by the entry they belong to. The oldest are dropped when there is no room. */
export interface AnswerBodies {
  keep(entry: object, body: string): void
  get(entry: object): KeptBody | undefined
  drop(entry: object): void
}

/** @param maxBytes what the bodies may take in memory together; 0 keeps none */
export function createAnswerBodies(maxBytes: number): AnswerBodies {
  const bodies = new Map<object, KeptBody>()
  let bytes = 0

  function drop(entry: object): void {
    const body = bodies.get(entry)
    if (!body) return
    bodies.delete(entry)
    bytes -= bytesOf(body)
  }

  return {
    keep(entry, text) {
      drop(entry)
      const body = shortened(text)
      if (bytesOf(body) > maxBytes) return
      bodies.set(entry, body)
      bytes += bytesOf(body)
      for (const oldest of bodies.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
    get: entry => bodies.get(entry),
    drop,
  }
}

// V8 takes at most two bytes for a character.
const bytesOf = ({ text }: KeptBody): number => 2 * text.length

function shortened(text: string): KeptBody {
  if (text.length <= MAX_BODY_LENGTH) return { text, truncated: false }
  // A copy: a slice would keep the whole text in memory.
  return { text: Buffer.from(text.slice(0, MAX_BODY_LENGTH)).toString(), truncated: true }
}
