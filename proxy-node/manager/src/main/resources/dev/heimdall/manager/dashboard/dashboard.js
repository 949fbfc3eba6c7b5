// Keeps the dashboard's numbers and graphs as new as the manager has them. Without it the page shows those of its moment.
(() => {
  const scope = document.querySelector('[data-scope]');
  if (!scope) {
    return;
  }
  const EVERY = 2000;
  const LATE = 10000;
  const SPANS = { '5m': 150, '1h': 1800, '1d': 1440, '30d': 4320 };
  const STEPS = { '5m': 2, '1h': 2, '1d': 60, '30d': 600 };
  // What happened is asked for less often than figures.
  const EVENTS_EVERY = 15;
  const live = document.querySelector('[data-live]');
  const graphs = document.querySelector('[data-graphs]');
  for (const one of document.querySelectorAll('[data-without-script]')) {
    one.hidden = true;
  }
  scope.addEventListener('change', () => scope.requestSubmit());

  const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  const fixed = [0, 1, 2].map((n) => new Intl.NumberFormat('en-US', { minimumFractionDigits: n, maximumFractionDigits: n }));
  const time = (ms) => ms < 1 ? `${whole.format(ms * 1000)} µs` : ms < 1000 ? `${fixed[ms < 10 ? 2 : 1].format(ms)} ms` : `${fixed[2].format(ms / 1000)} s`;
  const formats = {
    percent: (v) => `${whole.format(v)} %`,
    time,
    millis: (v) => fixed[v < 10 ? 2 : 1].format(v),
    cores: (v) => fixed[2].format(v),
    rate: (v) => fixed[v < 10 && !Number.isInteger(v) ? 1 : 0].format(v),
    whole: (v) => whole.format(v),
  };
  const text = (v, format) => v === null || v === undefined ? '–' : formats[format](v);

  // ---- graphs
  // A canvas takes colours, not variables: as something that is drawn has them.
  const swatch = document.createElement('i');
  swatch.hidden = true;
  document.body.append(swatch);
  const colour = (name) => {
    swatch.style.color = `var(${name})`;
    return getComputedStyle(swatch).color;
  };
  const line = (words, field, n, format, more) => ({ words, field, n, format, ...more });
  const GRAPHS = {
    times: [line('average', 'average', 1, 'millis', { fill: true }), line('p95', 'p95', 2, 'millis'), line('p99', 'p99', 4, 'millis'), line('server', 'server', 3, 'millis')],
    connections: [line('clients', 'clients', 1, 'whole'), line('waiting', 'waiting', 2, 'whole'), line('in use', 'inUse', 3, 'whole'), line('open', 'open', 5, 'whole')],
    shares: [line('reads', 'readPercent', 1, 'percent'), line('in transactions', 'transactionPercent', 2, 'percent'), line('from cache', 'cachePercent', 3, 'percent')],
  };
  let data = { times: [], fields: {}, queriesByNode: {}, lagByServer: {} };
  let events = [];
  let drawn = [];

  function queryLines() {
    const nodes = Object.keys(data.queriesByNode);
    const all = [line(nodes.length > 1 ? 'all' : 'queries', 'queries', 1, 'rate', { fill: true })];
    if (nodes.length > 1) {
      nodes.forEach((node, i) => all.push(line(node, node, 2 + (i % 5), 'rate', { node: true, dash: i >= 5 })));
    }
    return all;
  }

  function lagLines() {
    return Object.keys(data.lagByServer).map((server, i) => line(server, server, 1 + (i % 5), 'time', { lag: true, dash: i >= 5 }));
  }

  function values(lines) {
    const of = (one) => one.node ? data.queriesByNode[one.field] : one.lag ? data.lagByServer[one.field] : data.fields[one.field];
    return [data.times, ...lines.map((one) => of(one) || data.times.map(() => null))];
  }

  // ---- what happened, as marks
  const MARKS = { critical: '--bad', warning: '--warn', info: '--dim' };
  function mark(plot) {
    const { ctx, bbox } = plot;
    const colours = Object.fromEntries(Object.entries(MARKS).map(([severity, name]) => [severity, colour(name)]));
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const event of events) {
      const x = plot.valToPos(event.at, 'x', true);
      if (x >= bbox.left && x <= bbox.left + bbox.width) {
        ctx.strokeStyle = colours[event.severity] || colours.info;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
    }
    ctx.restore();
  }

  // Of many lines the one that is pointed at is named.
  const MANY = 12;
  let near = '';
  const told = document.querySelector('[data-mark]');
  function tell(plot) {
    const left = plot.cursor.left;
    const beside = left < 0 ? [] : events.filter((event) => Math.abs(plot.valToPos(event.at, 'x') - left) < 6);
    const words = beside.slice(0, 3).map((event) => `${new Date(event.at * 1000).toLocaleString('en-GB')} ${event.kind.replaceAll('-', ' ')}${event.about ? ` of ${event.about}` : ''}: ${event.words}`);
    const all = left >= 0 && near ? [near, ...words] : words;
    told.textContent = all.length ? all.join(' · ') : told.dataset.mark;
  }

  function draw(name, lines) {
    const host = document.querySelector(`[data-graph="${name}"]`);
    host.replaceChildren();
    const axis = { stroke: colour('--dim'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { stroke: colour('--grid'), width: 1 }, font: '12px system-ui, sans-serif' };
    const plot = new uPlot({
      width: Math.max(200, host.clientWidth),
      height: 210,
      cursor: { sync: { key: 'dashboard' }, drag: { x: false, y: false }, focus: { prox: lines.length > MANY ? 16 : -1 } },
      focus: { alpha: 0.25 },
      legend: { show: lines.length <= MANY },
      scales: { x: { range: () => range() }, y: { range: (u, min, max) => [0, name === 'shares' ? 100 : Math.max(max || 0, 1) * 1.1] } },
      hooks: { draw: [mark], setCursor: [tell], setSeries: [(u, i) => { near = lines.length > MANY && i ? u.series[i].label : ''; }] },
      axes: [{ ...axis, space: 70, values: [[86400, '{D} {MMM}', null, null, null, null, null, null, 0], [3600, '{HH}:{mm}', null, null, null, null, null, null, 0], [60, '{HH}:{mm}', null, null, null, null, null, null, 0], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 0]] }, { ...axis, size: 56, values: (u, ticks) => ticks.map((v) => v >= 1e6 ? `${v / 1e6}M` : v >= 1e4 ? `${v / 1e3}k` : `${v}`) }],
      series: [{ value: (u, v) => data.times.length ? new Date((v === null ? data.times[data.times.length - 1] : v) * 1000).toLocaleTimeString('en-GB') : '' }, ...lines.map((one) => ({
        label: one.words,
        stroke: colour(`--line-${one.n}`),
        width: 1.5,
        dash: one.dash ? [5, 4] : undefined,
        fill: one.fill ? `${colour(`--line-${one.n}`)}22` : undefined,
        points: { show: false },
        value: (u, v, s, i) => text(i === null ? u.data[s][u.data[s].length - 1] : v, one.format),
      }))],
    }, values(lines), host);
    drawn.push({ host, plot, lines, name });
  }

  function range() {
    const step = STEPS[scope.range.value];
    const last = data.times.length ? data.times[data.times.length - 1] : Math.floor(Date.now() / 1000);
    return [last - (SPANS[scope.range.value] - 1) * step, last];
  }

  function drawAll() {
    drawn.forEach((one) => one.plot.destroy());
    drawn = [];
    draw('queries', queryLines());
    const lags = lagLines();
    document.querySelector('[data-graph="lags"]').closest('figure').hidden = !lags.length;
    if (lags.length) {
      draw('lags', lags);
    }
    for (const name of Object.keys(GRAPHS)) {
      draw(name, GRAPHS[name]);
    }
  }

  function redraw() {
    for (const one of drawn) {
      one.plot.setData(values(one.lines));
    }
  }

  // ---- tables and tiles
  function fill(table, lines) {
    const body = document.querySelector(`[data-lines="${table}"]`);
    const columns = [...body.closest('table').querySelectorAll('thead [data-field]')];
    body.replaceChildren(...lines.map((one) => {
      const row = document.createElement('tr');
      const name = document.createElement('th');
      name.scope = 'row';
      name.textContent = one.name;
      if (!one.reports) {
        const gone = document.createElement('span');
        gone.className = 'dim';
        gone.textContent = ' not reporting';
        name.append(gone);
      }
      row.append(name, ...columns.map((column) => {
        const cell = document.createElement('td');
        cell.textContent = text(one[column.dataset.field], column.dataset.format);
        return cell;
      }));
      return row;
    }));
  }

  // Who comes later can be chosen, too.
  function offer(select, lines) {
    const known = new Set([...select.options].map((one) => one.value));
    for (const one of lines.filter((line) => !known.has(line.name))) {
      select.append(new Option(one.name, one.name));
    }
  }

  function show(newest, now) {
    offer(scope.node, now.nodes);
    offer(scope.vdb, now.vdbs);
    for (const one of document.querySelectorAll('.tiles [data-field]')) {
      one.textContent = text(newest[one.dataset.field], one.dataset.format);
    }
    fill('vdbs', now.vdbs.filter((one) => one.reports));
    fill('nodes', now.nodes);
    const blank = document.querySelector('[data-blank]');
    if (blank && now.nodes.length) {
      blank.remove();
      for (const one of document.querySelectorAll('[data-filled]')) {
        one.hidden = false;
      }
    }
    if (now.nodes.length && graphs.hidden) {
      graphs.hidden = false;
      drawAll();
    }
  }

  // ---- what is new
  function same(a, b) {
    return Object.keys(a).join('\n') === Object.keys(b).join('\n');
  }

  // The manager sends what is new, and what may have become more since.
  function take(more) {
    const most = SPANS[scope.range.value];
    const found = more.times.length ? data.times.findIndex((t) => t >= more.times[0]) : -1;
    const kept = found < 0 ? data.times.length : found;
    const joined = (old, fresh) => [...(old ? old.slice(0, kept) : Array(kept).fill(null)), ...fresh].slice(-most);
    const other = !same(data.queriesByNode, more.queriesByNode) || !same(data.lagByServer, { ...data.lagByServer, ...more.lagByServer });
    const queriesByNode = {};
    for (const node of Object.keys(more.queriesByNode)) {
      queriesByNode[node] = joined(data.queriesByNode[node], more.queriesByNode[node]);
    }
    data.queriesByNode = queriesByNode;
    // A server whose lag is not known any more has a gap, and keeps its line.
    for (const server of new Set([...Object.keys(data.lagByServer), ...Object.keys(more.lagByServer)])) {
      data.lagByServer[server] = joined(data.lagByServer[server], more.lagByServer[server] || more.times.map(() => null));
    }
    if (more.events) {
      events = more.events;
    }
    for (const field of Object.keys(more.fields)) {
      data.fields[field] = joined(data.fields[field], more.fields[field]);
    }
    data.times = joined(data.times, more.times);
    if (drawn.length) {
      (other ? drawAll : redraw)();
    }
  }

  const clusters = document.querySelector('[data-clusters]');
  let clustersNow = '';
  async function drawClusters() {
    const answer = await fetch('/dashboard/clusters', { signal: AbortSignal.timeout(LATE) });
    const drawing = answer.ok ? await answer.text() : clustersNow;
    if (drawing !== clustersNow) {
      // What was opened stays open.
      const open = new Set([...clusters.querySelectorAll('section')].filter((one) => one.querySelector('details[open]')).map((one) => one.ariaLabel));
      clusters.innerHTML = drawing;
      clustersNow = drawing;
      for (const one of clusters.querySelectorAll('section')) {
        const details = one.querySelector('details');
        if (details && open.has(one.ariaLabel)) {
          details.open = true;
        }
      }
    }
  }

  let timer;
  let asked = 0;
  let asking = false;
  async function ask() {
    clearTimeout(timer);
    if (asking || document.hidden) {
      return;
    }
    asking = true;
    const about = new URLSearchParams({ node: scope.node.value, vdb: scope.vdb.value, range: scope.range.value });
    if (data.times.length) {
      // The minute under way is not over when it is sent first.
      about.set('since', data.times[data.times.length - 1] - (STEPS[scope.range.value] > 2 ? STEPS[scope.range.value] : 0));
      if (++asked % EVENTS_EVERY === 0) {
        about.set('events', 'yes');
      }
    }
    try {
      const answer = await fetch(`/dashboard/figures?${about}`, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(LATE) });
      if (answer.status === 401) {
        location.reload();
        return;
      }
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      const more = await answer.json();
      take(more);
      show(more.newest, more);
      await drawClusters();
      live.classList.remove('lost');
      live.textContent = more.nodes.length ? 'Live' : 'Waiting for a node';
    } catch (e) {
      live.classList.add('lost');
      live.textContent = 'The manager does not answer';
    } finally {
      asking = false;
      timer = setTimeout(ask, EVERY);
    }
  }

  document.addEventListener('visibilitychange', () => document.hidden || ask());
  let resizing;
  addEventListener('resize', () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => drawn.forEach((one) => one.plot.setSize({ width: Math.max(200, one.host.clientWidth), height: 210 })), 100);
  });
  // A theme that changes changes the colours of lines.
  new MutationObserver(() => drawn.length && drawAll()).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawn.length && drawAll());
  ask();
})();
