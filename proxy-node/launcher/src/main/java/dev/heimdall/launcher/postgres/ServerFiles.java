package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.EmbeddedServer;
import dev.heimdall.launcher.embedded.Superuser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Content that is written into a fresh data directory: settings, access rules, certificates, a
 * standby's source.
 */
record ServerFiles(Map<String, String> settings, List<String> hba, Tls tls) {

  /** PEM files; {@code authority} may be null, then client certificates are not asked for. */
  record Tls(Path certificate, Path key, Path authority) {}

  void writeInto(Path data) throws IOException {
    List<String> lines = new ArrayList<>();
    settings.forEach((key, value) -> lines.add(key + " = " + quoted(value)));
    if (tls != null) {
      secret(tls.certificate(), data.resolve("server.crt"));
      secret(tls.key(), data.resolve("server.key"));
      lines.add("ssl = on");
      if (tls.authority() != null) {
        secret(tls.authority(), data.resolve("root.crt"));
        lines.add("ssl_ca_file = 'root.crt'");
      }
    }
    Files.write(data.resolve("postgresql.conf"), lines);
    Files.write(data.resolve("pg_hba.conf"), hba);
  }

  /** Makes a copy of a primary's directory a standby of it. */
  static void writeStandby(Path data, String name, int primaryPort, Superuser superuser)
      throws IOException {
    Files.write(data.resolve("standby.signal"), List.of());
    String source =
        "host=%s port=%d user=%s password=%s application_name=%s"
            .formatted(
                EmbeddedServer.HOST,
                primaryPort,
                connectionWord(superuser.name()),
                connectionWord(superuser.password()),
                name);
    Files.write(
        data.resolve("postgresql.auto.conf"),
        List.of("primary_conninfo = " + quoted(source)),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** PostgreSQL refuses a private key that others may read. */
  private static void secret(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static String connectionWord(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
