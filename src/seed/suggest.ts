/** The nearest of the known names, or all of them: `did you mean "journeys"?`, or `there are site, journeys, members`. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  if (nearest !== undefined) return `did you mean "${nearest}"?`
  if (known.length === 0) return 'there are none'
  const more = known.length > MOST_NAMES ? ' …' : ''
  return `there are ${known.slice(0, MOST_NAMES).join(', ')}${more}`
}

/** The one among `known` that was probably meant by a name; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.candidate : undefined
}

const MOST_NAMES = 30

/** How many letters must be inserted, removed, replaced or swapped with the next one to make one text of another. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 10) return from.length + to.length
  let [last, current]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replace = (current?.[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const swap = swaps ? (last?.[j - 2] ?? 0) + 1 : replace
      next[j] = Math.min(replace, swap, (current?.[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    last = current
    current = next
  }
  return current?.[to.length] ?? 0
}
