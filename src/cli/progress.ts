import type { SingleBar } from 'cli-progress'

/**
 * Shows a progress bar on standard error while that is a terminal; stopping it removes it.
 * @param format the text beside the bar, with the placeholders of cli-progress, such as `{value} of {total} requests`
 */
export async function startProgress(
  format: string,
): Promise<Pick<SingleBar, 'setTotal' | 'update' | 'stop'>> {
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({ format: `{bar} ${format}`, clearOnComplete: true })
  bar.start(1, 0)
  return bar
}
