package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.AdminCommands;
import dev.heimdall.engine.admin.HttpListener;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.admin.PgBouncerConsole;
import dev.heimdall.engine.console.Consoles;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.model.HttpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.Executor;

/** The operator's ways in: the console's statements and the HTTP endpoint. */
final class OperatorListeners implements AutoCloseable {
  private final NodeView view;
  private final Metrics metrics;
  private final LoopWatch watch;
  private final EventLog log;
  private final Consoles consoles;
  private Endpoint http = new Endpoint.Closed();

  /** The HTTP endpoint, which others may have the address of. */
  private sealed interface Endpoint {
    record Closed() implements Endpoint {}

    record Open(HttpListener listener) implements Endpoint {}

    /** Closed for good. */
    record Ended() implements Endpoint {}
  }

  OperatorListeners(
      NodeView view, Metrics metrics, LoopWatch watch, EventLog log, Executor offLoop) {
    this.view = view;
    this.metrics = metrics;
    this.watch = watch;
    this.log = log;
    this.consoles =
        new Consoles(
            new AdminCommands(view, metrics, log, offLoop),
            new PgBouncerConsole(view, metrics, Clock.systemUTC(), log, offLoop));
  }

  /** Opens the HTTP endpoint, unless it is open, off, or closed for good. */
  synchronized void open(HttpSettings settings) throws IOException {
    if (settings.enabled() && http instanceof Endpoint.Closed) {
      HttpListener listener =
          new HttpListener(
              HttpListener.Settings.at(new InetSocketAddress(settings.address(), settings.port())),
              view,
              metrics,
              watch,
              log);
      try {
        listener.start();
      } catch (IOException e) {
        listener.close();
        throw e;
      }
      http = new Endpoint.Open(listener);
    }
  }

  synchronized int port() {
    return http instanceof Endpoint.Open open ? open.listener().address().getPort() : -1;
  }

  /** The operator's statements. */
  Consoles consoles() {
    return consoles;
  }

  /** Closes for good. */
  @Override
  public synchronized void close() {
    giveUpHttp();
    http = new Endpoint.Ended();
  }

  /** Closes the HTTP endpoint until it is opened again. */
  synchronized void giveUpHttp() {
    if (http instanceof Endpoint.Open open) {
      open.listener().close();
      http = new Endpoint.Closed();
    }
  }
}
