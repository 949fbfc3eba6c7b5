package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for TLS towards the server whoever provides it. Each VDB has a data source of its
 * name.
 */
abstract class ServerTlsContract {
  private static final String HOW =
      "SELECT ssl || ' ' || coalesce(version, '-') || ' '"
          + " || coalesce(client_dn, '-') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  @TempDir static Path files;
  private static PostgresCluster elsewhere;
  private static TestNode node;

  /** Where the virtual database listens. */
  abstract int port(String vdb);

  /** The node of this JVM. */
  static TestNode node() {
    return node;
  }

  @BeforeAll
  static void start() throws IOException {
    Identity foreign = SecureServer.authority().issue("elsewhere", "elsewhere.example");
    elsewhere =
        PostgresCluster.builder()
            .ephemeralPorts()
            .tls(
                Files.writeString(files.resolve("crt"), foreign.certificatePem()),
                Files.writeString(files.resolve("key"), foreign.keyPem()))
            .start();
    elsewhere.primary().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app");
    node = TestNode.start(ServerTlsContract::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
    elsewhere.close();
  }

  private static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.file("ca.pem", SecureServer.authority().pem());
    c.file("stranger.pem", new Authority("stranger").pem());
    Identity client = SecureServer.authority().issue("certified");
    c.file("client.pem", client.certificatePem());
    c.file("client.key", client.keyPem());

    source(c, "disable", "disable");
    source(c, "prefer", "prefer");
    source(c, "require", "require");
    source(c, "verify-ca", "verify-ca").source("verify-ca", "tls.caFile", "ca.pem");
    source(c, "verify-full", "verify-full").source("verify-full", "tls.caFile", "ca.pem");
    source(c, "by-address", "verify-full")
        .source("by-address", "tls.caFile", "ca.pem")
        .source("by-address", "url", url("127.0.0.1", SecureServer.port()));
    source(c, "wrong-ca", "verify-ca").source("wrong-ca", "tls.caFile", "stranger.pem");
    source(c, "java-ca", "verify-ca");
    source(c, "wrong-host", "verify-full")
        .source("wrong-host", "tls.caFile", "ca.pem")
        .source("wrong-host", "url", url("localhost", elsewhere.primary().port()));
    source(c, "any-host", "verify-ca")
        .source("any-host", "tls.caFile", "ca.pem")
        .source("any-host", "url", url("localhost", elsewhere.primary().port()));
    source(c, "any-name", "require")
        .source("any-name", "url", url("localhost", elsewhere.primary().port()));
    source(c, "direct", "verify-full")
        .source("direct", "tls.caFile", "ca.pem")
        .source("direct", "tls.direct", true);
    int withoutTls = SharedPostgres.primary().port();
    source(c, "without-prefer", "prefer")
        .source("without-prefer", "url", url("localhost", withoutTls));
    source(c, "without-require", "require")
        .source("without-require", "url", url("localhost", withoutTls));
    source(c, "without-direct", "require")
        .source("without-direct", "tls.direct", true)
        .source("without-direct", "connectTimeout", "500ms")
        .source("without-direct", "url", url("localhost", withoutTls));

    role(c, "certified", "require")
        .source("certified", "tls.certificateFile", "client.pem")
        .source("certified", "tls.keyFile", "client.key");
    role(c, "uncertified", "require").source("uncertified", "user", "certified");
    role(c, "tlsonly", "disable");
    role(c, "plainonly", "require");
    for (String role : List.of("scram", "md5er", "clear", "open")) {
      role(c, role, "require").source(role, "tls.channelBinding", "require");
    }
    role(c, "unbound", "require")
        .source("unbound", "user", "scram")
        .source("unbound", "password", "scram-secret")
        .source("unbound", "tls.channelBinding", "disable");
    role(c, "unbindable", "prefer")
        .source("unbindable", "url", url("localhost", withoutTls))
        .source("unbindable", "user", "app")
        .source("unbindable", "password", "app")
        .source("unbindable", "tls.channelBinding", "require");
  }

  private static String url(String host, int port) {
    return "jdbc:postgresql://" + host + ":" + port + "/app";
  }

  private static TestConfiguration source(TestConfiguration c, String name, String mode) {
    return SecureServer.vdb(c, name)
        .vdb(name, "source", name)
        .source(name, "url", url("localhost", SecureServer.port()))
        .source(name, "user", "app")
        .source(name, "password", "app")
        .source(name, "tls.mode", mode);
  }

  private static TestConfiguration role(TestConfiguration c, String name, String mode) {
    return source(c, name, mode)
        .source(name, "user", name)
        .source(name, "password", name + "-secret");
  }

  private String how(String vdb) throws SQLException {
    try (Connection connection = SecureServer.jdbc(port(vdb), "app", "app", "app");
        ResultSet rows = connection.createStatement().executeQuery(HOW)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private Refusal refusal(String vdb) {
    return Refusal.of(port(vdb), "app", "app", "app");
  }

  @Test
  void modeDisableUsesNone() throws Exception {
    assertThat(how("disable")).isEqualTo("false - -");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prefer",
        "require",
        "verify-ca",
        "verify-full",
        "by-address",
        "any-host",
        "any-name",
        "direct"
      })
  void everyOtherModeUsesItWhereTheServerIsWhatItShouldBe(String vdb) throws Exception {
    assertThat(how(vdb)).isEqualTo("true TLSv1.3 -");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong-ca", "java-ca"})
  void certificateOfAnotherAuthorityIsRefused(String vdb) {
    Refusal refusal = refusal(vdb);
    assertThat(refusal.sqlState()).isEqualTo("08001");
    assertThat(refusal.message())
        .startsWith("the server's certificate does not pass tls.mode verify-ca: ");
  }

  @Test
  void certificateForAnotherHostIsRefusedByVerifyFullAlone() {
    Refusal refusal = refusal("wrong-host");
    assertThat(refusal.sqlState()).isEqualTo("08001");
    assertThat(refusal.message())
        .startsWith("the server's certificate does not pass tls.mode verify-full: ")
        .contains("localhost");
  }

  @Test
  void serverWithoutTlsWillDoForPreferOnly() throws Exception {
    assertThat(how("without-prefer")).isEqualTo("false - -");
    assertThat(refusal("without-require"))
        .isEqualTo(
            Refusal.fatal("08001", "the server does not support TLS, but tls.mode asks for it"));
    assertThat(refusal("without-direct").sqlState()).startsWith("08");
  }

  @Test
  void nodeShowsTheServerItsOwnCertificate() throws Exception {
    assertThat(how("certified")).isEqualTo("true TLSv1.3 /CN=certified");
    assertThat(refusal("uncertified"))
        .isEqualTo(
            Refusal.of(
                SecureServer.port(), "app", "certified", "certified-secret", "sslmode", "require"));
  }

  @Test
  void channelIsBoundWhereTheServerAsksForScram() throws Exception {
    assertThat(how("scram")).isEqualTo("true TLSv1.3 -");
    assertThat(how("unbound")).isEqualTo("true TLSv1.3 -");
  }

  @ParameterizedTest
  @ValueSource(strings = {"md5er", "clear", "open"})
  void requiredChannelBindingIsNotGivenUpForAWeakerMethod(String vdb) {
    Refusal refusal = refusal(vdb);
    assertThat(refusal.sqlState()).isEqualTo("28000");
    assertThat(refusal.message())
        .isEqualTo("the server does not ask for SCRAM, but tls.channelBinding is \"require\"");
  }

  @Test
  void requiredChannelBindingIsNotGivenUpForTheLackOfTls() {
    assertThat(refusal("unbindable").sqlState()).startsWith("28");
  }

  @Test
  void serversRulesAboutTlsReachTheClientInItsWords() {
    Map<String, String> properties = Map.of("tlsonly", "disable", "plainonly", "require");
    properties.forEach(
        (role, mode) ->
            assertThat(refusal(role))
                .isEqualTo(
                    Refusal.of(
                        SecureServer.port(), "app", role, role + "-secret", "sslmode", mode)));
  }
}
