// Requests as they happen: the list is live, arrow keys move in it, and it can be paused.
import { showTimes } from './times.js'

const MOST_ROWS = 50
let stream
let path
let list
let fresh = 0
let missed = 0
let paused = false

/** Follows the list of requests of the page, if it has one. */
export function followRequests() {
  list = document.querySelector('[data-live]')
  const wanted = list?.dataset.live
  const pause = document.querySelector('[data-pause]')
  if (pause && list) pause.hidden = false
  say()
  if (wanted === path) return
  stream?.close()
  path = wanted
  if (wanted) open(wanted)
}

function open(url) {
  const after = new URLSearchParams({ after: list.dataset.after })
  stream = new EventSource(`${url}${url.includes('?') ? '&' : '?'}${after}`)
  stream.addEventListener('open', () => say('on'))
  stream.addEventListener('error', () => say('off'))
  stream.addEventListener('stale', () => location.reload())
  stream.addEventListener('call', ({ data }) => {
    if (paused) {
      missed += 1
      return say('paused')
    }
    if (list.matches('ol')) add(data)
    say('on')
    refresh()
  })
}

function add(data) {
  const template = document.createElement('template')
  template.innerHTML = data
  const row = template.content.firstElementChild
  const before = document.getElementById(row.id)
  // The newest one is sent once more when the page has loaded.
  if (before?.querySelector('.chip').textContent === row.querySelector('.chip').textContent) return
  row.classList.add('fresh')
  if (before) {
    if (before.querySelector('[aria-current]')) row.querySelector('a').setAttribute('aria-current', 'true')
    before.replaceWith(row)
  } else {
    fresh += 1
    const most = Math.max(list.children.length, list.closest('.list-pane') ? MOST_ROWS : 6)
    list.prepend(row)
    while (list.children.length > most) list.lastElementChild.remove()
  }
  window.htmx.process(row)
  showTimes()
}

let state = ''

function say(next = state) {
  state = next
  const said = document.querySelector('[data-feed]')
  if (!said || state === '') return
  said.dataset.state = state
  said.textContent =
    state === 'off'
      ? 'The connection is lost; trying again'
      : state === 'paused'
        ? `Paused${missed > 0 ? `: ${missed} new` : ''}`
        : `Live${fresh > 0 ? `: ${fresh} new` : ''}`
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-pause]')
  if (!button) return
  paused = !paused
  button.textContent = paused ? 'Resume' : 'Pause'
  button.setAttribute('aria-pressed', String(paused))
  if (!paused && missed > 0) return location.reload()
  say(paused ? 'paused' : 'on')
})

// The rest of the page is loaded again after new requests, but not for each of many.
let refreshing

function refresh() {
  const part = document.querySelector('[data-refresh]')
  if (!part || refreshing) return
  refreshing = setTimeout(async () => {
    refreshing = undefined
    // Nothing is loaded for a page that nobody sees.
    if (document.visibilityState === 'hidden') return
    const selector = `#${part.id}`
    await window.htmx.ajax('GET', part.dataset.refresh, {
      source: part,
      target: selector,
      select: selector,
      swap: 'outerMorph show:none',
    })
  }, 1500)
}

document.addEventListener('keydown', event => {
  const { key, target } = event
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key]
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return
  if (target.matches('input, textarea, select, pre, [contenteditable]')) return
  const pane = document.querySelector('.list-pane .calls')
  if (!pane || target.closest('.detail-pane')) return
  const links = [...pane.querySelectorAll('.call')]
  const at = links.findIndex(link => link.matches('[aria-current]'))
  const next = links[at + step]
  if (!next) return
  event.preventDefault()
  next.focus()
  next.click()
})

// The detail of another request begins at its top.
let shown = document.querySelector('.detail-pane')?.dataset.request
document.addEventListener('htmx:after:swap', () => {
  const pane = document.querySelector('.detail-pane')
  if (!pane || pane.dataset.request === shown) return
  shown = pane.dataset.request
  pane.scrollTop = 0
  // On a narrow screen the detail takes the place of the list.
  if (pane.offsetParent !== null && document.querySelector('.list-pane').offsetParent === null) scrollTo(0, 0)
})
