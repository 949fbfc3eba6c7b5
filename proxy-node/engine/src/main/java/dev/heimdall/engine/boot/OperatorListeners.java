package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminCommands;
import dev.heimdall.engine.admin.PgBouncerConsole;
import dev.heimdall.engine.console.Consoles;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;

/** The operator's ways in: the console's statements and the HTTP endpoint. */
final class OperatorListeners implements AutoCloseable {
  private final LiveNodeView view;
  private final Metrics metrics;
  private final LoopWatch watch;
  private final EventLog log;
  private final Consoles consoles;
  private dev.heimdall.engine.admin.HttpListener http;
  private boolean closed;

  OperatorListeners(Node node, Metrics metrics, LoopWatch watch, EventLog log) {
    this.view = new LiveNodeView(node);
    this.metrics = metrics;
    this.watch = watch;
    this.log = log;
    this.consoles =
        new Consoles(
            new AdminCommands(view, metrics, log, node.offLoop()),
            new PgBouncerConsole(view, metrics, Clock.systemUTC(), log, node.offLoop()));
  }

  /** Opens the HTTP endpoint, unless it is open, off, or closed for good. */
  synchronized void open(dev.heimdall.model.HttpSettings settings) throws IOException {
    if (settings.enabled() && http == null && !closed) {
      http =
          new dev.heimdall.engine.admin.HttpListener(
              dev.heimdall.engine.admin.HttpListener.Settings.at(
                  new InetSocketAddress(settings.address(), settings.port())),
              view,
              metrics,
              watch,
              log);
      http.start();
    }
  }

  synchronized int port() {
    return http == null ? -1 : http.address().getPort();
  }

  /** What they see. */
  LiveNodeView view() {
    return view;
  }

  /** The operator's statements. */
  Consoles consoles() {
    return consoles;
  }

  /** Closes for good. */
  @Override
  public synchronized void close() {
    closed = true;
    giveUpHttp();
  }

  /** Closes the HTTP endpoint until it is opened again. */
  synchronized void giveUpHttp() {
    if (http != null) {
      http.close();
      http = null;
    }
  }
}
