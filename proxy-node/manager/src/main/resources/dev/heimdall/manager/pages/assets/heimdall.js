// What pages do beyond what they say. Without it they can be read and used.
for (const button of document.querySelectorAll('[data-theme-switch]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
  });
}
document.addEventListener('keydown', (event) => {
  // Ctrl+Enter sends a text, as Enter alone sends a line.
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
// What is folded where there is little room: filters stand above what they are of.
const narrow = matchMedia('(max-width: 40rem)');
const fold = () => {
  for (const one of document.querySelectorAll('[data-fold]')) {
    one.open = !narrow.matches;
  }
};
narrow.addEventListener('change', fold);
fold();
// Where rows are blocks, their cells say of which column they are.
const stack = () => {
  for (const table of document.querySelectorAll('.wide > table:not(.queries, .figures, .diff)')) {
    const columns = [...table.querySelectorAll('thead th')].map((head) => head.textContent.trim());
    for (const row of columns.length > 0 ? table.tBodies[0].rows : []) {
      let at = 0;
      for (const cell of row.cells) {
        if (cell.tagName === 'TD' && cell.colSpan === 1 && columns[at]) {
          cell.dataset.column = columns[at];
        }
        at += cell.colSpan;
      }
    }
    table.classList.toggle('stacked', columns.length > 0);
  }
};
document.addEventListener('htmx:load', stack);
stack();
// The entry of the navigation that this page is, or is below.
const entries = [...document.querySelectorAll('.bar nav a')].filter((entry) => {
  const path = entry.getAttribute('href');
  return location.pathname === path || (path !== '/' && location.pathname.startsWith(path + '/'));
});
entries.sort((one, other) => other.getAttribute('href').length - one.getAttribute('href').length);
if (entries.length > 0) {
  entries[0].setAttribute('aria-current', 'page');
  entries[0].scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
