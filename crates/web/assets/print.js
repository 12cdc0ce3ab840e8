// The sheet for paper: a button that opens the browser's own dialogue. Without it the page says which keys do.
const button = document.getElementById('print')
if (button && typeof window.print === 'function') {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}
