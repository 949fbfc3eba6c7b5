package dev.heimdall.test.secure;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * The PostgreSQL with TLS of this JVM, valid for the name localhost and the address 127.0.0.1. Its
 * roles are named for how they log in; the password of {@code x} is {@code x-secret}, but {@code
 * app}'s is {@code app}.
 */
final class SecureServer {
  private static final List<String> ROLES =
      List.of(
          "scram", "md5er", "clear", "tlsonly", "plainonly", "open", "shut", "certified", "full");

  private SecureServer() {}

  private static final class Holder {
    static final Authority AUTHORITY = new Authority("server authority");
    static final PostgresServer SERVER = start();

    private static PostgresServer start() {
      Identity identity = AUTHORITY.issue("localhost", "localhost", "127.0.0.1");
      try {
        Path files = Files.createTempDirectory("heimdall-secure-");
        Path certificate = Files.writeString(files.resolve("crt"), identity.certificatePem());
        Path key = Files.writeString(files.resolve("key"), identity.keyPem());
        Path authority = Files.writeString(files.resolve("ca"), AUTHORITY.pem());
        PostgresCluster cluster =
            PostgresCluster.builder()
                .ephemeralPorts()
                .tls(certificate, key, authority)
                .setting("max_connections", "150")
                .hba(
                    "host all md5er all md5",
                    "host all clear all password",
                    "hostssl all tlsonly all scram-sha-256",
                    "hostnossl all tlsonly all reject",
                    "hostssl all plainonly all reject",
                    "hostnossl all plainonly all scram-sha-256",
                    "host all open all trust",
                    "host all shut all reject",
                    "hostssl all certified all cert")
                .start();
        delete(files);
        roles(cluster.primary());
        return cluster.primary();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void roles(PostgresServer server) {
      server.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      server.execute(
          "SET password_encryption = md5; CREATE ROLE md5er LOGIN PASSWORD 'md5er-secret'");
      for (String role : ROLES) {
        if (!role.equals("md5er")) {
          server.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + role + "-secret'");
        }
      }
      server.execute("ALTER ROLE full CONNECTION LIMIT 0");
    }

    private static void delete(Path directory) throws IOException {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** Who signed its certificate, and whose certificates it takes. */
  static Authority authority() {
    return Holder.AUTHORITY;
  }

  static PostgresServer server() {
    return Holder.SERVER;
  }

  static int port() {
    return server().port();
  }

  /** Puts a node in front of it, as {@code app} and without TLS until told otherwise. */
  static TestConfiguration behind(TestConfiguration c) {
    return c.source("url", server().jdbcUrl("app"))
        .source("user", "app")
        .source("password", "app")
        .source("tls.mode", "disable");
  }

  /** A VDB beside the first, in front of the same server. */
  static TestConfiguration vdb(TestConfiguration c, String name) {
    return c.vdb(name, "address", "127.0.0.1")
        .vdb(name, "ports", List.of(0))
        .vdb(name, "source", TestConfiguration.SOURCE);
  }

  /** What PostgreSQL stores of a role's password. */
  static String stored(String role) {
    return server()
        .queryValue("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = '" + role + "'");
  }

  /**
   * A connection of pgjdbc to a node or to the server itself.
   *
   * @param properties names and values in turn
   */
  static Connection jdbc(
      int port, String database, String user, String password, String... properties)
      throws SQLException {
    Properties all = new Properties();
    all.setProperty("user", user);
    if (password != null) {
      all.setProperty("password", password);
    }
    all.setProperty("sslmode", "disable");
    all.setProperty("connectTimeout", "10");
    all.setProperty("socketTimeout", "30");
    for (int i = 0; i < properties.length; i += 2) {
      all.setProperty(properties[i], properties[i + 1]);
    }
    return new Driver().connect("jdbc:postgresql://localhost:" + port + "/" + database, all);
  }
}
