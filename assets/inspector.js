// What the pages can do beyond HTML. Without it all of them work, too: what happens meanwhile shows when a page is loaded again.
import { enhanceCanvases } from './canvas.js'
import { followRequests } from './requests.js'

/** Gives its behaviour to what is new on the page, after loading and after every swap. */
function enhance() {
  for (const element of document.querySelectorAll('[data-copy], [data-dismiss], [data-file]'))
    element.hidden = false
  for (const element of document.querySelectorAll('.no-script')) element.hidden = true
  enhanceCanvases()
  followRequests()
  showTimes()
  const toast = document.querySelector('[data-toast]')
  // A URL with a notice would show it again.
  if (toast && location.search.includes('notice=')) {
    const url = new URL(location.href)
    url.searchParams.delete('notice')
    history.replaceState(history.state, '', url)
  }
  if (toast && toast.dataset.toast !== 'bad' && !toast.dataset.timed) {
    toast.dataset.timed = 'yes'
    setTimeout(() => toast.matches(':hover, :focus-within') || toast.remove(), 9000)
  }
}

// Times relative to now, and the clock of the site, which runs from where the server said it was.
const loaded = new WeakMap()

function showTimes() {
  const now = Date.now()
  for (const element of document.querySelectorAll('time[data-relative]')) {
    const text = ago((now - Date.parse(element.dateTime)) / 1000)
    if (element.textContent !== text) element.textContent = text
  }
  for (const element of document.querySelectorAll('time[data-clock]')) {
    const known = loaded.get(element)
    if (known?.from !== element.dateTime) loaded.set(element, { from: element.dateTime, at: now })
    if (element.dataset.clock === 'frozen') continue
    const { from, at } = loaded.get(element)
    const text = new Date(Date.parse(from) + now - at).toISOString()
    element.children[0].textContent = text.slice(0, 10)
    element.children[1].firstChild.data = text.slice(11, 16)
    element.children[1].children[0].textContent = text.slice(16, 19)
  }
}

function ago(seconds) {
  if (seconds < 3) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86400)} d ago`
}

setInterval(showTimes, 1000)

document.addEventListener('click', async ({ target }) => {
  if (target.closest('[data-dismiss]')) return target.closest('.toast').remove()
  const button = target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
  button.textContent = 'Copied'
  setTimeout(() => {
    button.textContent = 'Copy'
  }, 1500)
})

// A file is read into the field that would be filled in otherwise.
document.addEventListener('change', async ({ target }) => {
  const file = target.matches('[data-file] input') && target.files[0]
  if (file) target.form.querySelector('[data-file-target]').value = await file.text()
})

document.addEventListener('htmx:after:swap', enhance)
document.addEventListener('htmx:error', () => {
  const toasts = document.getElementById('toasts')
  toasts.innerHTML =
    '<div class="toast bad" role="alert" data-toast="bad"><p>The sandbox does not answer. Is it still running?</p><button type="button" class="dismiss" data-dismiss aria-label="Dismiss">×</button></div>'
})
enhance()
