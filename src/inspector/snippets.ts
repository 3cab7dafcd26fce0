import { toCurl } from '../sites/credentials.ts'

/** A request in the languages that people paste it into. */

export interface Snippet {
  url: string
  method: string
  headers: Record<string, string>
}

const js = (value: unknown): string => JSON.stringify(value, null, 2)

export const toFetch = ({ url, method, headers }: Snippet): string =>
  `const response = await fetch(${js(url)}, ${js({ ...(method !== 'GET' && { method }), headers })})
const body = await response.text()`

// A JSON string is a Python string, but for the escapes of characters beyond the basic plane, which JSON.stringify leaves as they are.
export const toPython = ({ url, method, headers }: Snippet): string => `import requests

response = requests.request(
    ${JSON.stringify(method)},
    ${JSON.stringify(url)},
    headers={
${Object.entries(headers)
  .map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`)
  .join('\n')}
    },
)
print(response.status_code, response.text)`

export const SNIPPETS = [
  ['curl', ({ url, method, headers }: Snippet) => toCurl(url, headers, { method })],
  ['fetch', toFetch],
  ['Python', toPython],
] as const
