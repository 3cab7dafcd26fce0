/** What several measurements of the same thing amount to. */
export interface Spread {
  median: number
  /** The 10th and the 90th percentile: of up to five values, the least and the most. */
  low: number
  high: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { median: at(0.5), low: at(0.1), high: at(0.9) }
}

/** The ratios within each round, so that a machine that slows down for both does not change them. */
export const ratioOf = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, round) => value / (theirs[round] as number)))

/** Measures everyone in turn, `rounds` times; every other round goes backwards. The results are in the order of the rounds. */
export async function inRounds<T>(
  rounds: number,
  contenders: Record<string, () => Promise<T>>,
): Promise<Record<string, T[]>> {
  const measured: Record<string, T[]> = {}
  const entries = Object.entries(contenders)
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of round % 2 === 0 ? entries : entries.toReversed()) {
      measured[name] ??= []
      measured[name].push(await measure())
    }
  }
  return measured
}
