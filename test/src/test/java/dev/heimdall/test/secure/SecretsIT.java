package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.engine.boot.Node;
import dev.heimdall.engine.boot.StartupException;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets that show up nowhere. Each is a word of its own, so that its trace can be looked for; all
 * loggers write everything, Netty's too.
 */
@Tag("ci")
class SecretsIT {
  private static final String CANARY = "canary";
  private static final Authority AUTHORITY = new Authority("secrets");

  @TempDir Path directory;

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.node("logLevel", "trace");
    Identity identity = AUTHORITY.issue("node", "localhost");
    c.clientTls("allow", identity.files());
    c.vdb(
        "auth",
        List.of(
            Map.of("users", List.of("md5er"), "method", "md5"),
            Map.of("type", "hostssl", "users", List.of("clear"), "method", "password"),
            Map.of("method", "scram-sha-256")));
    c.user("right", "password", "canary-of-a-user");
    c.user("right", "serverPassword", "canary-at-the-server");
    c.user("right", "serverUser", "scram");
    c.user("md5er", "verifier", SecureServer.stored("md5er"));
    c.user("clear", "verifier", SecureServer.stored("clear"));
    SecureServer.vdb(c, "wrong").vdb("wrong", "source", "wrong");
    c.source("wrong", "url", SecureServer.server().jdbcUrl("app"));
    c.source("wrong", "user", "scram");
    c.source("wrong", "password", "canary-of-the-source");
    SecureServer.vdb(c, "by-user").vdb("by-user", "credentials", "user");
    SecureServer.vdb(c, "pass").vdb("pass", "credentials", "passthrough");
  }

  /** What must not be seen: every canary, and the parts of what is stored of passwords. */
  private static List<String> secrets() {
    List<String> secrets = new ArrayList<>(List.of(CANARY));
    for (String role : List.of("md5er", "clear")) {
      String stored = SecureServer.stored(role);
      secrets.add(stored.substring(stored.length() - 24));
      if (stored.startsWith("SCRAM")) {
        secrets.addAll(List.of(stored.split("[$:]")).subList(2, 5));
      }
    }
    return secrets;
  }

  @Test
  void noFailureWritesASecretAnywhere() throws Exception {
    List<String> told = new ArrayList<>();
    List<String> logged;
    try (CapturedLog log = new CapturedLog("ROOT", Level.ALL);
        TestNode node = TestNode.start(SecretsIT::configure)) {
      logIns(node, told);
      brokenExchanges(node);
      statements(node);
      node.admin("SHOW CONFIG").forEach(row -> told.add("SHOW CONFIG " + row.values()));
      for (String what : List.of("CLIENTS", "SERVERS", "POOLS", "USERS", "DATABASES", "STATS")) {
        show(node, what, told);
      }
      brokenReloads(node, told);
      logged = log.lines();
    }
    assertThat(logged).anyMatch(line -> line.contains("login refused"));
    assertThat(logged).anyMatch(line -> line.contains("configuration rejected"));
    assertThat(told).anyMatch(line -> line.startsWith("SHOW CONFIG"));
    for (String secret : secrets()) {
      assertThat(logged).noneMatch(line -> line.contains(secret));
      assertThat(told).noneMatch(line -> line.contains(secret));
    }
  }

  private static void logIns(TestNode node, List<String> told) throws Exception {
    int port = node.node().port("app");
    for (String sslmode : List.of("disable", "require")) {
      for (String user : List.of("app", "right", "md5er", "clear", "nobody")) {
        told.add(failure(() -> jdbc(port, user, "canary-typed", "sslmode", sslmode)));
      }
      told.add(failure(() -> jdbc(port, "right", "canary-of-a-user", "sslmode", sslmode)));
    }
    for (String vdb : List.of("wrong", "by-user", "pass")) {
      told.add(failure(() -> jdbc(node.node().port(vdb), "right", "canary-of-a-user")));
    }
  }

  private static Object jdbc(int port, String user, String password, String... properties)
      throws SQLException {
    SecureServer.jdbc(port, "app", user, password, properties).close();
    return null;
  }

  /** Messages that hold a secret in a place where none belongs. */
  private static void brokenExchanges(TestNode node) throws IOException {
    int port = node.node().port("app");
    List<byte[]> messages =
        List.of(
            Line.password("canary-in-clear-text"),
            Frontend.query("SELECT 'canary-instead-of-a-password'"),
            Frontend.message('p', "SCRAM-SHA-256\0canary-in-sasl".getBytes("US-ASCII")),
            Frontend.message('p', new byte[] {(byte) 0xff, 0, 'c', 'a', 'n', 'a', 'r', 'y'}));
    for (String user : List.of("app", "md5er", "nobody")) {
      for (byte[] message : messages) {
        try (Line line = Line.to(port)) {
          line.send(Line.startup(user, "app")).receive();
          line.send(message).untilClosed();
        }
      }
    }
    try (Line line = Line.to(port)) {
      line.send("canary instead of a packet".getBytes("US-ASCII")).untilClosed();
    }
    try (Line line = Line.to(port)) {
      line.startTls(Tls.trusting(AUTHORITY)).send(Line.startup("clear", "app")).receive();
      line.send(Line.password("canary-in-tls")).untilClosed();
    }
  }

  private static void statements(TestNode node) throws SQLException {
    try (Connection connection =
        SecureServer.jdbc(node.node().port("app"), "app", "app", "app", "prepareThreshold", "1")) {
      for (String sql :
          List.of("SELECT ?::text", "SELECT ?::int", "SELECT 1 / length(?::text) - ''")) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          statement.setString(1, "canary-in-a-parameter");
          statement.execute();
        } catch (SQLException e) {
          assertThat(e.getSQLState()).startsWith("22");
        }
      }
    }
  }

  private static void show(TestNode node, String what, List<String> told) {
    try {
      node.admin("SHOW " + what).forEach(row -> told.add(what + " " + row.values()));
    } catch (IllegalStateException e) {
      told.add(e.getMessage());
    }
  }

  private static void brokenReloads(TestNode node, List<String> told) throws IOException {
    Path right = node.directory().resolve("users/right.json");
    String before = Files.readString(right);
    for (String document : brokenUsers()) {
      Files.writeString(right, document);
      told.add(failure(() -> node.admin("RELOAD")));
    }
    Files.writeString(right, before);
    Path key = node.directory().resolve("client-side.key");
    Files.writeString(
        key, "-----BEGIN PRIVATE KEY-----\ncanary+in+a+key\n-----END PRIVATE KEY-----\n");
    told.add(failure(() -> node.admin("RELOAD")));
  }

  private static List<String> brokenUsers() {
    String key = "A".repeat(43) + "=";
    return List.of(
        "{\"password\": \"canary-1\", \"verifier\": \"canary-2\"}",
        "{\"password\": [\"canary-3\"]}",
        "{\"password\": {\"canary-4\": \"canary-5\"}}",
        "{\"passwort\": \"canary-6\"}",
        "{\"verifier\": \"canary-7\"}",
        "{\"verifier\": \"SCRAM-SHA-256$4096:canarycanary$" + key + ":" + key.substring(1) + "\"}",
        "{\"verifier\": \"SCRAM-SHA-256$4096:canarycanarx$" + key + ":B" + key.substring(1) + "\"}",
        "{\"password\": \"canary-8\", \"serverPassword\": 12, \"maxClients\": -1}",
        "{\"password\": \"canary-9",
        "{\"password\": \"canary-10\", \"password\": \"canary-11\"}");
  }

  /** The exception's message, its stack trace and its string; empty where there was none. */
  private static String failure(Callable<?> action) {
    try {
      action.call();
      return "";
    } catch (Exception e) {
      StringWriter all = new StringWriter();
      e.printStackTrace(new PrintWriter(all, true));
      return all.toString();
    }
  }

  @Test
  void configurationObjectsMaskTheirSecrets() throws Exception {
    try (TestNode node = TestNode.start(SecretsIT::configure)) {
      Configuration configuration = ConfigurationReader.read(node.directory());
      List<Object> objects = new ArrayList<>(List.of(configuration, configuration.node()));
      objects.addAll(configuration.sources().values());
      objects.addAll(configuration.vdbs().values());
      objects.addAll(configuration.users().values());
      objects.add(configuration.users().get("right").password());
      objects.add(node.node());
      assertThat(configuration.users().get("right").password().orElseThrow().value())
          .isEqualTo("canary-of-a-user");
      for (String secret : secrets()) {
        assertThat(objects).noneMatch(object -> object.toString().contains(secret));
      }
    }
  }

  @Test
  void nodeThatDoesNotStartKeepsThemToItselfToo() throws Exception {
    Files.createDirectories(directory.resolve("users"));
    for (String document : brokenUsers()) {
      Files.writeString(directory.resolve("users/right.json"), document);
      String started = failure(() -> start(directory));
      String read = failure(() -> ConfigurationReader.read(directory));
      assertThat(started).contains(StartupException.class.getName());
      assertThat(read).contains(ConfigurationException.class.getName());
      // The name of a setting may be shown, its value may not.
      assertThat(started.replace("canary-4", "")).doesNotContain(CANARY);
      assertThat(read.replace("canary-4", "")).doesNotContain(CANARY);
    }
  }

  private static Object start(Path directory) throws StartupException {
    Node.start(directory).close();
    return null;
  }
}
