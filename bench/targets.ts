/** What is promised of the median of what is measured: times in milliseconds, and ratios. */
export const TARGETS = {
  create: { atMost: 4 },
  reset: { atMost: 5 },
  event: { atMost: 1 },
  startToClose: { atMost: 50 },
  lifeBesideBare: { atMost: 3 },
  lifeBesideWireMock: { atMost: 1 },
  startBesideBare: { atMost: 1.8 },
  startBesidePrism: { atMost: 0.4 },
  memoryBesideBare: { atMost: 1.5 },
  throughputBesideVerifying: { atLeast: 0.4 },
  throughputBesidePeer: { atLeast: 1 },
  eventLoopDelay: { atMost: 50 },
} as const satisfies Record<string, Target>

export type Target = { atLeast: number } | { atMost: number }
export type TargetName = keyof typeof TARGETS

/** `far off` is by more than a factor of two, which the noise of a machine does not explain. */
export function judge(median: number, target: Target): 'met' | 'missed' | 'far off' {
  const shortfall = 'atLeast' in target ? target.atLeast / median : median / target.atMost
  if (shortfall <= 1) return 'met'
  return shortfall <= 2 ? 'missed' : 'far off'
}
