package dev.heimdall.manager.problems;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expiry of certificates: the manager's own, and those that are documents of the configuration.
 * Looked at every few minutes, on a thread of its own.
 */
public final class CertificateWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final int EVERY_SECONDS = 300;
  private static final int LARGEST = 1 << 20;

  private final Editor editor;
  private final Optional<Path> own;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("manager-certificate-ends"));

  private volatile List<Certificate> known = List.of();

  private CertificateWatch(Editor editor, Optional<Path> own) {
    this.editor = editor;
    this.own = own;
  }

  /**
   * Looks from now on.
   *
   * @param own the file that the manager shows its clients
   */
  public static CertificateWatch start(Editor editor, Optional<Path> own) {
    CertificateWatch watch = new CertificateWatch(editor, own);
    watch.looking.scheduleWithFixedDelay(watch::look, 1, EVERY_SECONDS, TimeUnit.SECONDS);
    return watch;
  }

  /** As they were last. */
  public List<Certificate> certificates() {
    return known;
  }

  private void look() {
    List<Certificate> all = new ArrayList<>();
    own.flatMap(CertificateWatch::read)
        .flatMap(CertificateWatch::end)
        .ifPresent(ends -> all.add(new Certificate(own.get().toString(), ends)));
    try {
      for (Map.Entry<String, StoredDocument> one : editor.read().all().entrySet()) {
        Content content = one.getValue().content();
        if (!one.getKey().endsWith(".json") && content.size() <= LARGEST) {
          end(content.bytes()).ifPresent(ends -> all.add(new Certificate(one.getKey(), ends)));
        }
      }
      known = List.copyOf(all);
    } catch (StoreException | EditRefused e) {
      LOG.debug("certificates cannot be looked at: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("looking at certificates met an error in Heimdall", e);
    }
  }

  private static Optional<byte[]> read(Path file) {
    try {
      return Files.size(file) <= LARGEST ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // who shows it says so
    }
  }

  /** Returns the expiry of the first certificate of a PEM file; empty if the file is none. */
  static Optional<Instant> end(byte[] pem) {
    if (!new String(pem, StandardCharsets.ISO_8859_1).contains(BEGIN)) {
      return Optional.empty();
    }
    try {
      X509Certificate first =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem));
      return Optional.of(first.getNotAfter().toInstant());
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
