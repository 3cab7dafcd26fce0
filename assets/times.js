// Times relative to now, and the clock of the site, which runs from where the server said it was.
const loaded = new WeakMap()

/** Writes the times of the page as of now. */
export function showTimes() {
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
