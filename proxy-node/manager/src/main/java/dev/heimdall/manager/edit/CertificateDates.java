package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Check that certificates which an edit brings are valid now. One that expires later is no reason
 * to reject other edits: nodes go on with it, and say when it ends.
 */
record CertificateDates(Path directory, Set<String> edited, Instant now) {
  List<Problem> problems(Configuration configuration) {
    Set<Path> certificates = new TreeSet<>();
    configuration
        .vdbs()
        .values()
        .forEach(vdb -> vdb.tls().certificateFile().ifPresent(certificates::add));
    configuration
        .sources()
        .values()
        .forEach(source -> source.tls().certificateFile().ifPresent(certificates::add));
    List<Problem> problems = new ArrayList<>();
    for (Path file : certificates) {
      if (file.startsWith(directory)) {
        String document = directory.relativize(file).toString();
        if (edited.contains(document)) {
          dates(file)
              .ifPresent(
                  dates ->
                      problems.add(
                          new Problem(
                              document, 0, 0, "$", dates, "one that is valid", Optional.empty())));
        }
      }
    }
    return problems;
  }

  /** Returns the validity dates of the first certificate of a file, if it is not valid now. */
  private Optional<String> dates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate first =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      Instant begin = first.getNotBefore().toInstant();
      Instant end = first.getNotAfter().toInstant();
      return now.isBefore(begin) || now.isAfter(end)
          ? Optional.of("a certificate that is valid from %s to %s".formatted(begin, end))
          : Optional.empty();
    } catch (CertificateException | IOException e) {
      return Optional.empty(); // What it is instead, the other checks say.
    }
  }
}
