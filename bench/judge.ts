import { type Spread, spreadOf } from './spread.ts'

/** What a number is meant to reach. */
export type Target = { atLeast: number } | { atMost: number }

/** `far off` is by more than a factor of two: no noise of a machine explains that. */
export type Verdict = 'met' | 'missed' | 'far off'

const LENIENCE = 2

/** Judges by the median, since a single bad moment moves the least and the most but not that. */
export function judge({ median }: Spread, target: Target): Verdict {
  const short = 'atLeast' in target ? target.atLeast / median : median / target.atMost
  if (short <= 1) return 'met'
  return short <= LENIENCE ? 'missed' : 'far off'
}

/** The ratios of what was measured right after one another, round by round. */
export const ratioOf = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, round) => value / (theirs[round] as number)))
