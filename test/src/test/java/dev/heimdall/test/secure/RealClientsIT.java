package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** pgjdbc and psql with their own ways to ask for TLS. */
@Tag("long")
class RealClientsIT {
  private static final Authority AUTHORITY = new Authority("real clients");
  private static final Authority STRANGER = new Authority("stranger");

  @TempDir static Path files;
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node = TestNode.start(RealClientsIT::configure);
    Files.writeString(files.resolve("ca.pem"), AUTHORITY.pem());
    Files.writeString(files.resolve("stranger.pem"), STRANGER.pem());
    Identity carol = AUTHORITY.issue("carol");
    Files.writeString(files.resolve("carol.crt"), carol.certificatePem());
    Path der = Files.write(files.resolve("carol.pk8"), carol.key().getEncoded());
    Path pem = Files.writeString(files.resolve("carol.key"), carol.keyPem());
    for (Path key : List.of(der, pem)) {
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.clientTls("allow", AUTHORITY.issue("node", "localhost").files());
    c.file("clients.pem", AUTHORITY.pem());
    c.vdb("tls.clientCaFile", "clients.pem");
    c.vdb("tls.clientCertificate", "optional");
    c.vdb(
        "auth",
        List.of(
            Map.of("type", "hostssl", "users", List.of("carol"), "method", "cert"),
            Map.of("method", "scram-sha-256")));
    c.user("carol", "vdbs", List.of("app"));
    SecureServer.vdb(c, "plain");
  }

  private static String file(String name) {
    return files.resolve(name).toString();
  }

  // ---- pgjdbc

  private static String driver(String vdb, String user, String... properties) throws SQLException {
    try (Connection connection =
            SecureServer.jdbc(node.node().port(vdb), "app", user, "app", properties);
        ResultSet rows = connection.createStatement().executeQuery("SELECT 'in'")) {
      rows.next();
      assertThat(rows.getString(1)).isEqualTo("in");
      return node.clients().stream()
          .filter(row -> vdb.equals(row.get("vdb")) && user.equals(row.get("user")))
          .map(row -> String.valueOf(row.get("tls")))
          .findFirst()
          .orElseThrow();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "app, disable, false",
    "app, allow, false",
    "app, prefer, true",
    "app, require, true",
    "app, verify-ca, true",
    "app, verify-full, true",
    "plain, disable, false",
    "plain, allow, false",
    "plain, prefer, false"
  })
  void driverGetsTheEncryptionThatItsSslmodeAsksFor(String vdb, String mode, boolean tls)
      throws Exception {
    String seen = driver(vdb, "app", "sslmode", mode, "sslrootcert", file("ca.pem"));
    assertThat(seen.startsWith("TLS")).isEqualTo(tls);
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "direct"})
  void driverNegotiatesAndBindsTheChannel(String negotiation) throws Exception {
    assertThat(
            driver(
                "app",
                "app",
                "sslmode",
                "verify-full",
                "sslrootcert",
                file("ca.pem"),
                "sslNegotiation",
                negotiation,
                "channelBinding",
                "require"))
        .startsWith("TLS");
  }

  @Test
  void driverMayRequireScramAndRefusesWhatItDidNotAskFor() throws Exception {
    assertThat(driver("app", "app", "requireAuth", "scram-sha-256")).doesNotStartWith("TLS");
    assertThatThrownBy(
            () -> driver("app", "app", "sslmode", "verify-ca", "sslrootcert", file("stranger.pem")))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> driver("plain", "app", "sslmode", "require"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void driverLogsInByItsCertificate() throws Exception {
    String[] certificate = {
      "sslmode", "verify-full",
      "sslrootcert", file("ca.pem"),
      "sslcert", file("carol.crt"),
      "sslkey", file("carol.pk8")
    };
    assertThat(driver("app", "carol", certificate)).startsWith("TLS");
    assertThatThrownBy(() -> driver("app", "carol", "sslmode", "require"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("connection requires a valid client certificate");
  }

  // ---- psql

  private record Outcome(int code, String output) {}

  private static Outcome psql(String conninfo, String sql) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql));
    command.add(conninfo);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("PGPASSWORD", "app");
    builder.environment().put("PGSSLCERT", file("none.crt"));
    builder.environment().put("PGSSLROOTCERT", file("ca.pem"));
    builder.environment().put("PGCONNECT_TIMEOUT", "10");
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("psql hangs: " + output);
    }
    return new Outcome(process.exitValue(), output);
  }

  private static String to(String vdb, String user, String more) {
    return "host=localhost port=%d dbname=app user=%s %s"
        .formatted(node.node().port(vdb), user, more);
  }

  @ParameterizedTest
  @CsvSource({
    "app,   sslmode=disable",
    "app,   sslmode=allow",
    "app,   sslmode=prefer",
    "app,   sslmode=require",
    "app,   sslmode=verify-ca",
    "app,   sslmode=verify-full",
    "app,   sslmode=require channel_binding=require",
    "app,   sslmode=require ssl_min_protocol_version=TLSv1.3",
    "app,   sslmode=require ssl_max_protocol_version=TLSv1.2 channel_binding=require",
    "app,   sslmode=disable channel_binding=disable",
    "plain, sslmode=disable",
    "plain, sslmode=allow",
    "plain, sslmode=prefer",
    "plain, gssencmode=disable sslmode=prefer"
  })
  @Needs("psql")
  void psqlGetsIn(String vdb, String settings) throws Exception {
    assertThat(psql(to(vdb, "app", settings), "SELECT 'in'")).isEqualTo(new Outcome(0, "in"));
  }

  @Test
  @Needs("psql")
  void psqlShowsItsEncryption() throws Exception {
    assertThat(psql(to("app", "app", "sslmode=require"), "\\conninfo").output())
        .contains("TLSv1.3");
  }

  @Test
  @Needs("psql")
  void psqlSpeaksDirectTlsWhereItsLibraryCan() throws Exception {
    Outcome outcome =
        psql(to("app", "app", "sslmode=require sslnegotiation=direct"), "SELECT 'in'");
    Assumptions.assumeFalse(
        outcome.output().contains("invalid connection option \"sslnegotiation\""),
        "this psql is older than direct TLS (17)");
    assertThat(outcome).isEqualTo(new Outcome(0, "in"));
  }

  @Test
  @Needs("psql")
  void psqlIsToldWhyItDoesNotGetIn() throws Exception {
    Outcome wrong = psql(to("app", "app", "password=wrong"), "SELECT 1");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.output()).contains("FATAL:  password authentication failed for user \"app\"");
    assertThat(psql(to("plain", "app", "sslmode=require"), "SELECT 1").output())
        .contains("server does not support SSL");
    assertThat(
            psql(to("app", "app", "sslmode=verify-ca sslrootcert=" + file("stranger.pem")), "")
                .output())
        .contains("certificate verify failed");
    assertThat(psql(to("plain", "app", "channel_binding=require"), "SELECT 1").output())
        .contains("channel binding");
    assertThat(psql(to("app", "carol", "sslmode=require"), "SELECT 1").output())
        .contains("FATAL:  connection requires a valid client certificate");
    assertThat(psql(to("app", "app", "sslmode=disable dbname=nope"), "SELECT 1").output())
        .contains("FATAL:  database \"nope\" does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  @Needs("psql")
  void interruptedPsqlCancelsItsStatement(String sslmode) throws Exception {
    String sql = "SELECT pg_sleep(60) /* interrupted " + sslmode + " */";
    CompletableFuture<Outcome> outcome =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return psql(to("app", "app", "sslmode=" + sslmode), sql);
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    Await.until(
        "psql's statement runs",
        () ->
            !"0"
                .equals(
                    SecureServer.server()
                        .queryValue(
                            "postgres",
                            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                                + " AND query LIKE '%interrupted "
                                + sslmode
                                + "%' AND query NOT LIKE '%pg_stat_activity%'")));
    ProcessHandle psql =
        ProcessHandle.current()
            .descendants()
            .filter(child -> child.info().commandLine().orElse("").contains(sql))
            .findFirst()
            .orElseThrow();
    new ProcessBuilder("kill", "-INT", Long.toString(psql.pid())).start().waitFor();
    assertThat(outcome.join().output()).contains("canceling statement due to user request");
  }

  @Test
  @Needs("psql")
  void psqlLogsInByItsCertificate() throws Exception {
    String certificate =
        "sslmode=verify-full sslcert=%s sslkey=%s".formatted(file("carol.crt"), file("carol.key"));
    assertThat(psql(to("app", "carol", certificate), "SELECT 'in'"))
        .isEqualTo(new Outcome(0, "in"));
  }
}
