// The script of the page at /docs, beside Swagger UI.

// A proxy may serve the page under a path prefix.
const prefix = location.pathname.replace(/\/docs(\/.*)?$/, '')

/** Swagger UI's request interceptor: a call without a token gets the headers of the demo site. */
globalThis.signAsDemoSite = async request => {
  const { pathname } = new URL(request.url, location.href)
  if (request.loadSpec) {
    request.url = `${prefix}${pathname}`
    return request
  }
  if (request.headers.Authorization) return request
  const path = encodeURIComponent(pathname.slice(prefix.length))
  const response = await fetch(`${prefix}/docs/headers?path=${path}`)
  request.headers = { ...(await response.json()), ...request.headers }
  return request
}

addEventListener('DOMContentLoaded', () => {
  const note = document.createElement('p')
  note.className = 'sandbox-note'
  note.append('This page signs its calls to the Journeys API as the demo site; you need not authorize. ')
  const link = document.createElement('a')
  link.href = `${prefix}/`
  link.textContent = 'Back to the inspector'
  note.append(link)
  document.body.prepend(note)
})
