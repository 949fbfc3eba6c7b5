package dev.heimdall.manager.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests by the JDK's own server, within {@link Bounds}. */
public final class HttpDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final int BACKLOG = 128;
  private static final int CLOSING_SECONDS = 1;

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Paths paths;

  private HttpDoor(HttpServer server, Paths paths) {
    this.server = server;
    this.paths = paths;
    AtomicInteger numbers = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            Bounds.THREADS,
            Bounds.THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(Bounds.WAITING),
            task -> new Thread(task, "manager-http-" + numbers.incrementAndGet()));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Opens it.
   *
   * @param tls empty: without
   * @param version of the manager, which it tells
   * @throws IOException when the address cannot be had
   */
  public static HttpDoor open(
      InetSocketAddress address,
      Optional<SSLContext> tls,
      Editor editor,
      LogIn logIn,
      String version)
      throws IOException {
    Bounds.tellTheServer();
    OwnOrigin origin = new OwnOrigin(address.getAddress().isLoopbackAddress());
    HttpServer server = server(address, tls);
    HttpDoor door = new HttpDoor(server, new Paths(editor, logIn, origin, version));
    server.setExecutor(door.threads);
    server.createContext("/", door::handle);
    server.start();
    return door;
  }

  private static HttpServer server(InetSocketAddress address, Optional<SSLContext> tls)
      throws IOException {
    if (tls.isEmpty()) {
      return HttpServer.create(address, BACKLOG);
    }
    HttpsServer server = HttpsServer.create(address, BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.get()));
    return server;
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer = paths.answer(new Request(exchange));
      } catch (RuntimeException e) {
        LOG.error("a request met an error in Heimdall", e);
        answer =
            new Refusal(500, "internal_error", "This is a bug in Heimdall; its log tells more.")
                .answer();
      }
      send(exchange, answer);
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    int length = answer.body().length;
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(length));
      length = 0;
    }
    exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
    if (length > 0) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  /** Stops listening; requests on their way have a second. */
  @Override
  public void close() {
    server.stop(CLOSING_SECONDS);
    threads.shutdown();
  }
}
