// Forms of documents: what is wrong is said at its field while one types.
(() => {
  const form = document.querySelector('form[data-form]');
  const preview = document.getElementById('preview');
  const settings = document.getElementById('settings');
  if (!form || !settings) {
    return;
  }

  function say() {
    const faults = new Map();
    for (const fault of preview.querySelectorAll('[data-fault-of]')) {
      faults.set(fault.dataset.faultOf, fault.dataset.words);
    }
    for (const place of settings.querySelectorAll('[data-fault]')) {
      const words = faults.get(place.dataset.fault) || '';
      place.textContent = words;
      document.getElementById('f-' + place.dataset.fault)?.setAttribute('aria-invalid', words ? 'true' : 'false');
    }
  }

  if (preview) {
    for (const plain of form.querySelectorAll('[data-plain]')) {
      plain.hidden = true;
    }
    // What is committed is what was shown: until the last input is, there is nothing to commit.
    let typed = false;
    const allow = (may) => preview.querySelectorAll('button[value=commit]').forEach((button) => {
      button.disabled = !may;
    });
    settings.addEventListener('input', () => {
      typed = true;
      allow(false);
    });
    preview.addEventListener('change', (event) => {
      if (event.target.matches('[data-also]')) {
        allow(false);
        settings.dispatchEvent(new Event('look'));
      }
    });
    // Not of texts: leaving one for the button would take the button from under the mouse.
    settings.addEventListener('change', (event) => {
      if (event.target instanceof HTMLSelectElement) {
        allow(false);
        settings.dispatchEvent(new Event('look'));
      }
    });
    preview.addEventListener('htmx:beforeRequest', () => {
      typed = false;
    });
    preview.addEventListener('htmx:afterSwap', () => {
      allow(!typed);
      say();
    });
    // Whoever commits without a preview is shown one first.
    for (const failed of ['htmx:responseError', 'htmx:sendError']) {
      preview.addEventListener(failed, () => allow(true));
    }
    // Enter in a field looks, and loads no page: passwords that were typed would have to be typed again.
    form.addEventListener('submit', (event) => {
      if (event.submitter?.value === 'preview') {
        event.preventDefault();
        settings.dispatchEvent(new Event('look'));
      }
    });
  }

  /** A problem's link opens what it is in. */
  document.addEventListener('click', (event) => {
    const link = event.target.closest('#preview a[href^="#f-"], a[data-jump]');
    if (link) {
      event.preventDefault();
      const place = document.getElementById(link.getAttribute('href').slice(1));
      for (let up = place; up; up = up.parentElement) {
        if (up instanceof HTMLDetailsElement) {
          up.open = true;
        }
      }
      place?.scrollIntoView({block: link.matches('[data-jump]') ? 'start' : 'center'});
      place?.querySelector(':scope > summary')?.focus({preventScroll: true});
      place?.focus({preventScroll: true});
    }
  });

  const find = settings.querySelector('[data-find]');
  find.hidden = false;
  const opened = new Map([...settings.querySelectorAll('details.section')].map((one) => [one, one.open]));
  find.querySelector('input').addEventListener('input', (event) => {
    event.stopPropagation();
    const words = event.target.value.trim().toLowerCase();
    for (const field of settings.querySelectorAll('.field')) {
      field.classList.toggle('unfound', words !== '' && !(field.dataset.setting + ' ' + field.textContent).toLowerCase().includes(words));
    }
    for (const [section, open] of opened) {
      const found = words !== '' && section.querySelector('.field:not(.unfound)') !== null;
      section.classList.toggle('unfound', words !== '' && !found);
      section.open = found || (words === '' && open);
    }
  });
})();
