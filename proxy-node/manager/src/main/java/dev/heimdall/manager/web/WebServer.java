package dev.heimdall.manager.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manager's web server, within {@link Bounds}. A connection takes some memory, and no thread,
 * however slow its client is.
 */
public final class WebServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final int BACKLOG = 128;

  /** Those that are never given to a request: they accept, select, and answer health checks. */
  private static final int OWN_THREADS = 8;

  /** Bytes of buffers that are kept for the next connection, off the heap and on it each. */
  private static final long KEPT_BUFFERS = 4 << 20;

  private static final Duration STRICT_TRANSPORT = Duration.ofDays(365);

  private final Server server;
  private final ServerConnector connector;
  private final Callers callers;

  private WebServer(
      InetSocketAddress address,
      Optional<Certificates> tls,
      Site site,
      TrustedProxies proxies,
      Bounds.Connections bounds) {
    QueuedThreadPool threads =
        new QueuedThreadPool(Bounds.REQUESTS + Bounds.REPORTS + OWN_THREADS, 2);
    threads.setName("manager-http");
    threads.setDaemon(true);
    threads.setReservedThreads(0);
    server =
        new Server(
            threads,
            new ScheduledExecutorScheduler("manager-http-timer", true),
            new ArrayByteBufferPool(-1, -1, -1, Integer.MAX_VALUE, KEPT_BUFFERS, KEPT_BUFFERS));
    callers = new Callers(bounds, proxies, server.getScheduler());
    connector = new ServerConnector(server, 1, 1, protocols(tls));
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setAcceptQueueSize(BACKLOG);
    connector.setIdleTimeout(0); // there is a deadline for each of its reasons
    connector.setShutdownIdleTimeout(bounds.end().toMillis());
    connector.addBean(callers);
    server.addConnector(connector);
    server.setErrorHandler(new Errors());
    server.setHandler(
        new GracefulHandler(
            new Entrance(
                new Endpoint(
                    site,
                    new OwnOrigin(address.getAddress().isLoopbackAddress()),
                    callers,
                    new Turns(Bounds.REQUESTS, Bounds.REQUESTS_OF_ONE_ADDRESS),
                    new Turns(Bounds.REPORTS, Bounds.REPORTS_OF_ONE_ADDRESS),
                    new BodyMemory(Bounds.BODIES),
                    new AnswerMemory(
                        Bounds.answers(Runtime.getRuntime().maxMemory()),
                        Bounds.ANSWER_TAKEN.toNanos(),
                        System::nanoTime)))));
    server.setStopTimeout(bounds.end().toMillis());
  }

  private static ConnectionFactory[] protocols(Optional<Certificates> tls) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(Bounds.LONGEST_HEADERS);
    configuration.setHttpCompliance(HttpCompliance.RFC9110);
    configuration.setUriCompliance(UriCompliance.DEFAULT);
    HttpConnectionFactory http = new HttpConnectionFactory(configuration);
    if (tls.isEmpty()) {
      return new ConnectionFactory[] {http};
    }
    // Its names are its owner's business: a manager is reached by addresses, too.
    SecureRequestCustomizer secure = new SecureRequestCustomizer(false);
    secure.setStsMaxAge(STRICT_TRANSPORT.toSeconds());
    configuration.addCustomizer(secure);
    return new ConnectionFactory[] {
      new SslConnectionFactory(tls.get().factory(), http.getProtocol()), http
    };
  }

  /**
   * Opens it.
   *
   * @param tls empty: without
   * @throws IOException when the address cannot be had
   */
  public static WebServer open(InetSocketAddress address, Optional<Certificates> tls, Site site)
      throws IOException {
    return open(address, tls, site, TrustedProxies.none());
  }

  /**
   * Opens it.
   *
   * @param tls empty: without
   * @param proxies that are believed what they report of their clients
   * @throws IOException when the address cannot be had
   */
  public static WebServer open(
      InetSocketAddress address, Optional<Certificates> tls, Site site, TrustedProxies proxies)
      throws IOException {
    return open(address, tls, site, proxies, Bounds.Connections.standard());
  }

  static WebServer open(
      InetSocketAddress address, Optional<Certificates> tls, Site site, Bounds.Connections bounds)
      throws IOException {
    return open(address, tls, site, TrustedProxies.none(), bounds);
  }

  static WebServer open(
      InetSocketAddress address,
      Optional<Certificates> tls,
      Site site,
      TrustedProxies proxies,
      Bounds.Connections bounds)
      throws IOException {
    WebServer opened = new WebServer(address, tls, site, proxies, bounds);
    try {
      opened.server.start();
    } catch (Exception e) { // Jetty's own signature
      opened.close();
      Throwable cause = e.getCause() instanceof BindException ? e.getCause() : e;
      throw new IOException(cause.getMessage(), e);
    }
    return opened;
  }

  /** Port that the server listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Stops listening; requests on their way have a second, and connections without one end. */
  @Override
  public void close() {
    try {
      connector.shutdown();
      callers.endIdle();
      server.stop();
    } catch (Exception e) { // Jetty's own signature
      LOG.debug("the web server did not stop in good order", e);
    }
    callers.close();
  }
}
