import type { SingleBar } from 'cli-progress'

/**
 * A bar that says how far a command is, on standard error and only while that is a terminal; it goes when it is stopped.
 * `format` is what stands behind the bar, with cli-progress's names in braces, and `words` the first of its own ones.
 */
export async function startProgress(
  format: string,
  { total = 1, words = {} }: { total?: number; words?: Record<string, string> } = {},
): Promise<Pick<SingleBar, 'setTotal' | 'update' | 'stop'>> {
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({ format: `{bar} ${format}`, clearOnComplete: true })
  bar.start(total, 0, words)
  return bar
}
