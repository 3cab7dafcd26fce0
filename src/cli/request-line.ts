import type { FinishedRequest } from '../index.ts'
import type { Terminal } from './terminal.ts'

type Style = NonNullable<Terminal['style']>

/** A request to the vendor's API on one line: method, path, status, duration, site and, if it was refused, why. */
export function requestLine(request: FinishedRequest, style: Style): string {
  const { method, url, status, milliseconds, siteId, explanation, fault } = request
  const reason = explanation ?? (fault && `fault: ${fault.kind}`)
  return [
    style('bold', method),
    printable(url),
    styleStatus(status, style),
    style('dim', `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`),
    style('dim', siteId === undefined ? 'no site' : `site ${printable(siteId)}`),
    ...(reason === undefined ? [] : [style('yellow', reason)]),
  ].join('  ')
}

function styleStatus(status: number | undefined, style: Style): string {
  if (status === undefined) return style('red', 'no response')
  if (status >= 500) return style('red', `${status}`)
  return style(status >= 400 ? 'yellow' : 'green', `${status}`)
}

/** A client chooses this text, and a terminal obeys control characters. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?')
