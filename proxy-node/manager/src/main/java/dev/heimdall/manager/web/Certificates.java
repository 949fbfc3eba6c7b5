package dev.heimdall.manager.web;

import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that new connections are shown. Its files are looked at every few seconds, on a
 * thread of its own; a pair that cannot be used is logged, once, and the one before goes on.
 */
public final class Certificates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final PemFiles files;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-certificate"));
  private final SslContextFactory.Server factory = new SslContextFactory.Server();

  /** Of the files when they were looked at last; empty: they could not be read. */
  private Optional<byte[]> seen;

  private Certificates(PemFiles files) throws PemFiles.Unusable {
    this.files = files;
    // Before they are read: a change in between is seen at the next look.
    seen = files.digest();
    factory.setSslContext(files.context());
    // Clients that know TLS 1.2 know suites that are not open to oracles of padding.
    factory.addExcludeCipherSuites(".*_CBC_.*");
  }

  /**
   * Reads the files, and follows them.
   *
   * @throws PemFiles.Unusable when they cannot be used
   */
  public static Certificates follow(PemFiles files) throws PemFiles.Unusable {
    Certificates certificates = new Certificates(files);
    certificates.thread.scheduleWithFixedDelay(
        certificates::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    return certificates;
  }

  /** By which connections are begun. */
  SslContextFactory.Server factory() {
    return factory;
  }

  private void look() {
    Optional<byte[]> now = files.digest();
    if (now.isPresent() == seen.isPresent() && Arrays.equals(now.orElse(null), seen.orElse(null))) {
      return;
    }
    seen = now;
    try {
      SSLContext context = files.context();
      factory.reload(same -> same.setSslContext(context));
      LOG.info("the manager shows new connections the certificate {}", files.certificate());
    } catch (PemFiles.Unusable e) {
      LOG.warn("{} New connections are shown the certificate from before.", e.getMessage());
    } catch (Exception e) { // Jetty's own signature
      // The next look must not be the last one.
      LOG.error("looking at {} met an error in Heimdall", files.certificate(), e);
    }
  }

  /** Follows them no more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
