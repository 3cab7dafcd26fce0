export interface Together {
  /** Does some work now, or at the end of the turn of the event loop. */
  add(work: () => void): void
  /** Does now what was put off. */
  flush(): void
}

// After so many turns with nothing else to do, work is done at once; and of so many works, one tries whether that still is so.
const TURNS_ALONE = 8
const TRY_AGAIN = 64

/**
 * Puts work off to the end of the turn of the event loop, as long as there is more than one to do in a turn. For sending
 * answers: a client that waits for several, and has taken the last before the next one comes, is woken for each of them;
 * when they are sent in one go, it is woken once. With 16 connections that is worth a fifth of the throughput.
 */
export function together(): Together {
  let waiting: (() => void)[] = []
  let alone = 0

  function flush(): void {
    const works = waiting
    waiting = []
    for (const work of works) work()
  }

  function endTurn(): void {
    alone = waiting.length > 1 ? 0 : alone + 1
    flush()
  }

  return {
    add(work) {
      if (waiting.length === 0) {
        if (alone >= TURNS_ALONE && ++alone % TRY_AGAIN > 0) return work()
        setImmediate(endTurn)
      }
      waiting.push(work)
    },
    flush,
  }
}
