import { type Spread, spreadOf } from './spread.ts'

/** What a number is meant to reach. */
export type Target = ({ atLeast: number } | { atMost: number }) & {
  /** How far it has come, where that is short of the target: it must not become much worse than that. */
  reached?: number
}

/** `far off` is by more than a factor of two: no noise of a machine explains that. */
export type Verdict = 'met' | 'missed' | 'far off'

const LENIENCE = 2

/** Judges by the median, since a single bad moment moves the least and the most but not that. */
export function judge({ median }: Spread, target: Target): Verdict {
  const short = 'atLeast' in target ? target.atLeast / median : median / target.atMost
  if (short <= 1) return 'met'
  return short <= LENIENCE ? 'missed' : 'far off'
}

/** Whether it is far off its target and, where that has not been reached yet, far from what has. */
export function isWorse(measured: Spread, target: Target): boolean {
  const farFrom = (goal: Target) => judge(measured, goal) === 'far off'
  return farFrom(target) && (target.reached === undefined || farFrom(asGoal(target, target.reached)))
}

const asGoal = (target: Target, goal: number): Target =>
  'atLeast' in target ? { atLeast: goal } : { atMost: goal }

/** The ratios of what was measured right after one another, round by round. */
export const ratioOf = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, round) => value / (theirs[round] as number)))
