import type { SingleBar } from 'cli-progress'

/**
 * A bar that says how far a command is, on standard error and only while that is a terminal; it goes when it is stopped.
 * `format` is what stands behind the bar, with cli-progress's names in braces.
 */
export async function startProgress(
  format: string,
  { total = 1 }: { total?: number } = {},
): Promise<Pick<SingleBar, 'setTotal' | 'update' | 'stop'>> {
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({ format: `{bar} ${format}`, clearOnComplete: true })
  bar.start(total, 0)
  return bar
}
