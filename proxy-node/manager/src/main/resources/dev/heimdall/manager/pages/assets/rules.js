// Rule lists without loading the page anew. What is asked for is what the forms ask for without this.
(() => {
  const list = document.getElementById('rules');
  const form = document.getElementById('list');
  const trouble = document.getElementById('trouble');
  const said = document.getElementById('said');

  async function ask(url, body) {
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      body: body && new URLSearchParams(body),
      headers: {'HX-Request': 'true', 'Accept': 'text/html'},
    });
    if (answer.headers.get('HX-Redirect')) {
      location.assign(answer.headers.get('HX-Redirect'));
      return null;
    }
    if (answer.redirected) {
      location.assign(answer.url);
      return null;
    }
    return answer;
  }

  function parsed(html) {
    return new DOMParser().parseFromString(html, 'text/html');
  }

  function complain(words) {
    if (!trouble) {
      return;
    }
    trouble.textContent = words;
    trouble.hidden = !words;
    if (words) {
      trouble.scrollIntoView({block: 'nearest'});
    }
  }

  /** A part of the page; null: there is none, and why is on the page. */
  async function part(url, body) {
    try {
      const answer = await ask(url, body);
      if (!answer) {
        return null;
      }
      const page = parsed(await answer.text());
      const alert = page.querySelector('main [role=alert]');
      if (alert) {
        complain(alert.textContent);
        return null;
      }
      complain('');
      return page;
    } catch (e) {
      complain('The manager cannot be reached: nothing was changed. Try again.');
      return null;
    }
  }

  // One statement that is tried takes the place of another.
  const tryForm = document.querySelector('[data-try]');
  tryForm?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const page = await part(tryForm.action, new FormData(tryForm));
    if (page) {
      const tried = document.getElementById('tried');
      tried.replaceChildren(...page.body.childNodes);
      tried.scrollIntoView({block: 'nearest'});
    }
  });

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      document.querySelectorAll('.noted:hover, .noted:focus-within').forEach((note) => note.classList.add('shut'));
    }
  });
  document.addEventListener('focusin', (event) => event.target.closest('.noted')?.classList.remove('shut'));
  document.addEventListener('mouseover', (event) => {
    document.querySelectorAll('.noted.shut').forEach((note) => {
      if (!note.contains(event.target)) {
        note.classList.remove('shut');
      }
    });
  });

  if (!list || !form) {
    return;
  }

  /** A form's property of that name is its field of that name. */
  function action(edit) {
    return edit.getAttribute('action');
  }

  function row(id) {
    return document.getElementById('rule-' + id);
  }

  function number() {
    let place = 0;
    for (const item of list.children) {
      if (!item.classList.contains('deleted')) {
        place++;
        const shown = item.querySelector('.number');
        const before = shown.textContent;
        if (before !== String(place)) {
          shown.textContent = place;
          for (const named of item.querySelectorAll('.line [aria-label]')) {
            named.setAttribute('aria-label', named.getAttribute('aria-label').replace(/[Rr]ule \d*/, (word) => word.slice(0, 5) + place));
          }
        }
      }
    }
  }

  function put(page) {
    const words = page.querySelector('[data-words]');
    const behind = row(words.dataset.behind);
    for (const item of page.querySelectorAll('[data-rows] > li')) {
      const old = document.getElementById(item.id);
      const open = old && old.querySelector('form.edit');
      if (open && !item.querySelector('form.edit') && item.dataset.rule !== words.dataset.rule) {
        item.append(open);
      }
      if (old) {
        old.replaceWith(item);
      }
      if (item.dataset.rule === words.dataset.rule && (behind ? behind.nextElementSibling : list.firstElementChild) !== item) {
        behind ? behind.after(item) : list.prepend(item);
      }
    }
    document.getElementById('changes').innerHTML = page.querySelector('[data-changes]').innerHTML;
    number();
    said.textContent = words.textContent;
  }

  /** Sends a wish for a rule, and has the page show what came of it. */
  async function wish(what, more, focus) {
    const body = new FormData(form);
    body.set('do', what);
    for (const [name, value] of Object.entries(more || {})) {
      body.set(name, value);
    }
    const page = await part(form.action, body);
    if (!page) {
      return false;
    }
    const id = page.querySelector('[data-words]').dataset.rule;
    put(page);
    const item = row(id);
    const first = item.querySelector('form.edit select') || item.querySelector(focus || '[value^="' + what.split(':')[0] + ':"]') || item.querySelector('.undo, [data-edit]');
    first?.focus({preventScroll: true});
    item.scrollIntoView({block: 'nearest'});
    return true;
  }

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('form.line button[name=do], button[form=list]');
    if (button) {
      event.preventDefault();
      await wish(button.value);
      return;
    }
    const edit = event.target.closest('a[data-edit]');
    if (edit && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      await open(edit.closest('li'));
      return;
    }
    const close = event.target.closest('a[data-close]');
    if (close) {
      event.preventDefault();
      shut(close.closest('li'));
    }
  });

  function shut(item) {
    item.querySelector('form.edit')?.remove();
    const edit = item.querySelector('[data-edit]');
    edit?.setAttribute('aria-expanded', 'false');
    edit?.focus();
  }

  async function open(item) {
    if (item.querySelector('form.edit')) {
      shut(item);
      return;
    }
    const page = await part(form.action + '/rules/' + item.dataset.rule);
    if (page) {
      item.append(page.querySelector('form.edit'));
      item.querySelector('[data-edit]').setAttribute('aria-expanded', 'true');
      item.querySelector('form.edit select').focus();
      item.scrollIntoView({block: 'nearest'});
    }
  }

  // Forms of rules.
  list.addEventListener('submit', async (event) => {
    const edit = event.target.closest('form.edit');
    if (!edit) {
      return;
    }
    event.preventDefault();
    const body = new FormData(edit);
    body.set('do', event.submitter?.value || 'save:' + edit.dataset.form);
    const page = await part(action(edit), body);
    if (!page) {
      return;
    }
    const again = page.querySelector('body > form.edit');
    if (again) {
      edit.replaceWith(again);
      again.querySelector('[aria-invalid=true]')?.focus();
    } else {
      const id = page.querySelector('[data-words]').dataset.rule;
      put(page);
      row(id).querySelector('[data-edit]').focus();
    }
  });

  list.addEventListener('change', async (event) => {
    if (event.target.matches('[name=action]')) {
      const edit = event.target.form;
      const body = new FormData(edit);
      body.set('do', 'form:' + edit.dataset.form);
      const page = await part(action(edit), body);
      const again = page?.querySelector('form.edit');
      if (again) {
        edit.replaceWith(again);
        again.querySelector('[name=action]').focus();
      }
    }
  });

  const waits = new WeakMap();
  list.addEventListener('input', (event) => {
    const edit = event.target.closest('form.edit');
    if (edit && !event.target.matches('[name=action]')) {
      clearTimeout(waits.get(edit));
      waits.set(edit, setTimeout(() => check(edit), 400));
    }
  });

  let checks = 0;
  async function check(edit) {
    const mine = ++checks;
    const body = new FormData(edit);
    body.set('do', 'check:' + edit.dataset.form);
    let faults;
    try {
      const answer = await ask(action(edit) + '/check', body);
      if (!answer || !(answer.headers.get('Content-Type') || '').startsWith('application/json')) {
        return;
      }
      faults = await answer.json();
    } catch (e) {
      return;
    }
    if (mine !== checks) {
      return;
    }
    const others = [...faults.others];
    const left = {...faults.fields};
    for (const place of edit.querySelectorAll('[data-fault]')) {
      const words = left[place.dataset.fault] || '';
      delete left[place.dataset.fault];
      place.textContent = words;
      edit.elements[place.dataset.fault]?.setAttribute('aria-invalid', words ? 'true' : 'false');
    }
    for (const [name, words] of Object.entries(left)) {
      others.push(name + ': ' + words);
    }
    const shown = edit.querySelector('[data-others]');
    shown.replaceChildren(...others.map((words) => {
      const line = document.createElement('li');
      line.textContent = words;
      return line;
    }));
    shown.hidden = !others.length;
    const count = others.length + Object.keys(faults.fields).length;
    said.textContent = count ? count + (count === 1 ? ' problem in this rule.' : ' problems in this rule.') : '';
  }

  // Order: by dragging, and by Alt with the arrows.
  document.getElementById('keys').hidden = false;
  list.addEventListener('keydown', async (event) => {
    const up = event.key === 'ArrowUp';
    if (!event.altKey || !(up || event.key === 'ArrowDown') || event.target.closest('form.edit')) {
      return;
    }
    event.preventDefault();
    const focus = event.target.matches('[data-grip]') ? '[data-grip]'
      : event.target.matches('[data-edit]') ? '[data-edit]'
      : event.target.value ? '[value^="' + event.target.value.split(':')[0] + ':"]' : '[data-grip]';
    await wish((up ? 'up:' : 'down:') + event.target.closest('li').dataset.rule, {}, focus);
  });
  for (const grip of list.querySelectorAll('[data-grip]')) {
    grip.tabIndex = 0;
  }
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const added of change.addedNodes) {
        added.querySelector?.('[data-grip]')?.setAttribute('tabindex', '0');
      }
    }
  }).observe(list, {childList: true});

  Sortable.create(list, {
    handle: '[data-grip]',
    draggable: '.rule',
    ghostClass: 'ghost',
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 3,
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120,
    onEnd: async (event) => {
      if (event.oldIndex === event.newIndex) {
        return;
      }
      const next = event.item.nextElementSibling;
      const done = await wish('move:' + event.item.dataset.rule, {before: next ? next.dataset.rule : 'end'}, '[data-grip]');
      if (!done) {
        list.insertBefore(event.item, list.children[event.oldIndex + (event.oldIndex > event.newIndex ? 1 : 0)] || null);
      }
    },
  });
})();
