// The editor of documents: what is typed goes into the form's text field, which is there without this, too.
import { EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { autocompletion, closeBrackets, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { tags } from '@lezer/highlight';

const json = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) {
      return null;
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) {
      return stream.match(/^\s*:/, false) ? 'propertyName' : 'string';
    }
    if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) {
      return 'number';
    }
    if (stream.match(/^(?:true|false|null)\b/)) {
      return 'atom';
    }
    stream.next();
    return null;
  },
  languageData: { closeBrackets: { brackets: ['{', '[', '"'] }, indentOnInput: /^\s*[}\]]$/ },
  indent: (state, textAfter, context) => {
    const before = context.lineAt(context.pos, -1);
    const last = context.state.doc.lineAt(context.pos).number > 1 ? context.state.doc.line(context.state.doc.lineAt(context.pos).number - 1).text : before.text;
    const own = /^\s*/.exec(last)[0].length;
    return Math.max(0, own + (/[{[]\s*$/.test(last) ? 2 : 0) - (/^\s*[}\]]/.test(textAfter) ? 2 : 0));
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.atom, tags.bool], color: 'var(--warn)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--card)', border: '1px solid var(--edge)', borderRadius: '6px', fontSize: '.875rem' },
  '&.cm-focused': { outline: '3px solid var(--accent)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', minHeight: '12rem', maxHeight: '70vh' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--dim)', backgroundColor: 'var(--card)', border: '0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'color-mix(in srgb, var(--accent) 30%, transparent)' },
  '.cm-tooltip': { color: 'var(--text)', backgroundColor: 'var(--card)', border: '1px solid var(--edge)', borderRadius: '6px' },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '24rem', padding: '.5rem .75rem', whiteSpace: 'pre-wrap' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { color: 'var(--on-accent)', backgroundColor: 'var(--accent)' },
  '.cm-completionDetail': { fontStyle: 'normal', marginLeft: '1em', opacity: '.8' },
});

/**
 * Where in the document a text ends: the keys that lead there, which keys the innermost object has by then,
 * and whether a key is expected or a value.
 */
export function placeIn(text) {
  const inside = [];
  const tokens = /"((?:[^"\\]|\\.)*)"|[{}\[\],:]|[^\s"{}\[\],:]+/g;
  let last = '';
  for (let found = tokens.exec(text); found; found = tokens.exec(text)) {
    const top = inside[inside.length - 1];
    switch (found[0]) {
      case '{':
        inside.push({ object: true, keys: [], key: null, value: false });
        break;
      case '[':
        inside.push({ object: false });
        break;
      case '}':
      case ']':
        inside.pop();
        break;
      case ':':
        if (top?.object) {
          top.key = last;
          top.keys.push(last);
          top.value = true;
        }
        break;
      case ',':
        if (top?.object) {
          top.value = false;
        }
        break;
      default:
        last = found[1] ?? found[0];
    }
  }
  const top = inside[inside.length - 1];
  const path = inside.map((one, i) => (one.object ? (i < inside.length - 1 || one.value ? one.key : null) : '[]')).filter((key) => key !== null);
  return { path, keys: top?.object ? top.keys : [], key: Boolean(top?.object && !top.value) };
}

/** What a schema says of the value that these keys lead to. */
export function schemaAt(schema, path) {
  let at = schema;
  for (const key of path) {
    const inside = [at, ...(at?.anyOf || [])].find((one) => one && (key === '[]' ? one.items : one.properties?.[key] || one.additionalProperties));
    at = key === '[]' ? inside?.items : inside?.properties?.[key] || inside?.additionalProperties;
    if (!at || at === true) {
      return null;
    }
  }
  return at;
}

function kind(of) {
  const ways = [of, ...(of.anyOf || [])];
  const few = ways.find((one) => one.enum)?.enum;
  return few ? few.map((one) => JSON.stringify(one)).join(', ') : of.writeOnly ? 'secret' : ways.find((one) => one.type)?.type || '';
}

function about(of) {
  const parts = [of.description || ''];
  if (of.default !== undefined) {
    parts.push('Default: ' + JSON.stringify(of.default));
  }
  if (of['x-applies'] && of['x-applies'] !== 'at once') {
    parts.push('Takes effect: ' + of['x-applies']);
  }
  return parts.filter((part) => part).join('\n');
}

function begun(of) {
  const ways = [of, ...(of.anyOf || [])];
  const first = ways.find((one) => one.enum || one.type);
  return of.properties ? '{}' : of.type === 'array' ? '[]' : of.writeOnly || first?.enum || first?.type === 'string' ? '""' : '';
}

/** What can stand at the cursor, by the schema. */
function completions(schema) {
  return (context) => {
    const word = context.matchBefore(/"?[\w$-]*$/);
    if (!context.explicit && !word?.text.startsWith('"')) {
      return null;
    }
    const from = word ? word.from : context.pos;
    const place = placeIn(context.state.sliceDoc(0, from));
    const at = schemaAt(schema, place.path);
    if (!at) {
      return null;
    }
    const quoted = context.state.sliceDoc(context.pos, context.pos + 1) === '"' ? 1 : 0;
    const put = (text, back) => (view, completion, start, end) => {
      view.dispatch({ changes: { from: start, to: end + quoted, insert: text }, selection: { anchor: start + text.length - back }, userEvent: 'input.complete' });
    };
    if (place.key) {
      const objects = [at, ...(at.anyOf || [])].filter((one) => one.properties);
      const options = objects.flatMap((one) => Object.entries(one.properties)).filter(([key]) => !place.keys.includes(key) && key !== '$schema').map(([key, of]) => {
        const value = begun(of);
        return { label: '"' + key + '"', detail: kind(of), info: about(of), apply: put('"' + key + '": ' + value, value ? 1 : 0) };
      });
      return options.length ? { from, options, filter: true } : null;
    }
    const ways = [at, ...(at.anyOf || [])];
    const few = ways.find((one) => one.enum)?.enum || (ways.some((one) => one.type === 'boolean') ? [true, false] : at.default === undefined ? [] : [at.default]);
    const words = few.map((one) => JSON.stringify(one));
    return words.length ? { from, options: words.map((one) => ({ label: one, info: about(at), apply: put(one, 0) })) } : null;
  };
}

async function begin(field) {
  const of = /^(?:(vdb|source|rule|user|driver)s?\/|node\.json$)/.exec(field.form.elements.document.value);
  let schema = {};
  try {
    const answer = of && (await fetch('/schemas/' + (of[1] === 'rule' ? 'rules' : of[1] || 'node'), { headers: { Accept: 'application/json' } }));
    schema = answer?.ok ? await answer.json() : {};
  } catch (e) {
    schema = {}; // the editor is there all the same
  }
  const host = document.createElement('div');
  host.className = 'editor';
  // In a shadow its styles need no leave of the page's policy.
  const root = host.attachShadow({ mode: 'open' });
  field.after(host);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        json,
        syntaxHighlighting(colours),
        autocompletion({ override: [completions(schema)], icons: false }),
        keymap.of([
          { key: 'Mod-Enter', run: () => (field.form.requestSubmit(), true) },
          { key: 'Mod-.', run: startCompletion },
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Text of ' + field.form.elements.document.value }),
        look,
        EditorView.updateListener.of((update) => {
          if (update.docChanged && field.value !== update.state.doc.toString()) {
            field.value = update.state.doc.toString();
            field.dispatchEvent(new Event('input', { bubbles: true }));
          }
        }),
      ],
    }),
  });
  field.addEventListener('input', () => {
    const now = view.state.doc.toString();
    if (field.value !== now) {
      view.dispatch({ changes: { from: 0, to: now.length, insert: field.value } });
    }
  });
  return { host, view };
}

const field = document.querySelector('textarea#text[name]');
const choice = document.querySelector('[data-editor-switch]');
if (field && choice) {
  let editor = null;
  const show = async () => {
    const plain = localStorage.getItem('editor') === 'plain';
    if (!plain && !editor) {
      editor = await begin(field);
    }
    field.hidden = !plain;
    if (editor) {
      editor.host.hidden = plain;
    }
    choice.textContent = plain ? 'Use the editor' : 'Use a plain text field';
    choice.hidden = false;
  };
  choice.addEventListener('click', async () => {
    localStorage.setItem('editor', localStorage.getItem('editor') === 'plain' ? 'code' : 'plain');
    await show();
  });
  document.querySelector('label[for=text]')?.addEventListener('click', () => editor && !editor.host.hidden && editor.view.focus());
  show();
}
