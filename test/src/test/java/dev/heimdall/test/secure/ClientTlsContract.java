package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for TLS towards clients whoever provides it. */
abstract class ClientTlsContract {
  static final Authority AUTHORITY = new Authority("client-side authority");
  private static final Identity NODE = AUTHORITY.issue("node", "localhost", "127.0.0.1");
  private static final Authority STRANGER = new Authority("stranger");
  private static final Tls TLS = Tls.trusting(AUTHORITY);

  @TempDir Path files;

  /** Where the virtual database listens. */
  abstract int port(String vdb);

  /** The VDBs app (allow), plain (disable), must (require), mutual and maybe (certificates). */
  static void configure(TestConfiguration c) {
    SecureServer.behind(c);
    c.clientTls("allow", NODE.files());
    c.file("clients.pem", AUTHORITY.pem());
    for (String vdb : List.of("plain", "must", "mutual", "maybe")) {
      SecureServer.vdb(c, vdb);
      if (!vdb.equals("plain")) {
        c.vdb(vdb, "tls.certificateFile", "client-side.pem");
        c.vdb(vdb, "tls.keyFile", "client-side.key");
      }
    }
    c.vdb("must", "tls.mode", "require");
    c.vdb("mutual", "tls.clientCaFile", "clients.pem");
    c.vdb("mutual", "tls.clientCertificate", "require");
    c.vdb("mutual", "auth", List.of(Map.of("type", "hostssl", "method", "cert")));
    c.vdb("maybe", "tls.clientCaFile", "clients.pem");
    c.vdb("maybe", "tls.clientCertificate", "optional");
    c.vdb(
        "maybe",
        "auth",
        List.of(
            Map.of("type", "hostssl", "users", List.of("carol"), "method", "cert"),
            Map.of("type", "hostssl", "method", "password"),
            Map.of("method", "scram-sha-256")));
    c.user("carol", "vdbs", List.of("mutual", "maybe"));
  }

  private String jdbcValue(String vdb, String sql, String... properties) throws Exception {
    try (Connection connection = SecureServer.jdbc(port(vdb), "app", "app", "app", properties);
        ResultSet rows = connection.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void verifyFullOfTheDriverIsContentWithTheNodesCertificate() throws Exception {
    Path ca = Files.writeString(files.resolve("ca.pem"), AUTHORITY.pem());
    assertThat(jdbcValue("app", "SELECT 'in'", "sslmode", "verify-full", "sslrootcert", "" + ca))
        .isEqualTo("in");
    Path other = Files.writeString(files.resolve("other.pem"), STRANGER.pem());
    assertThatThrownBy(
            () -> jdbcValue("app", "SELECT 1", "sslmode", "verify-ca", "sslrootcert", "" + other))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void channelBindingIsHadWhereTheDriverRequiresIt() throws Exception {
    assertThat(jdbcValue("app", "SELECT 'in'", "sslmode", "require", "channelBinding", "require"))
        .isEqualTo("in");
    assertThatThrownBy(() -> jdbcValue("plain", "SELECT 1", "channelBinding", "require"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Channel Binding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bothVersionsOfTlsAreSpoken(String version) throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      line.startTls(TLS.in(version)).logIn("app", "app", "app");
      assertThat(line.tlsVersion()).isEqualTo(version);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @Test
  void directTlsNeedsPostgresqlsApplicationProtocol() throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      line.handshake(TLS).logIn("app", "app", "app");
      assertThat(line.applicationProtocol()).isEqualTo("postgresql");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http/1.1"})
  void directTlsWithAnotherApplicationProtocolIsClosed(String protocol) throws Exception {
    Tls tls = protocol.isEmpty() ? TLS.offering() : TLS.offering(protocol);
    try (Line line = Line.to(port("maybe"))) {
      assertThatThrownBy(() -> line.handshake(tls).logIn("app", "app", "app"))
          .isInstanceOf(IOException.class);
      assertThat(line.untilClosed()).isEmpty();
    }
  }

  @Test
  void afterAnSslRequestNoApplicationProtocolIsNeeded() throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      line.startTls(TLS.offering()).logIn("app", "app", "app");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void handshakeMayComeByteByByte(boolean direct) throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      line.valve().byteByByte();
      if (direct) {
        line.handshake(TLS);
      } else {
        line.startTls(TLS);
      }
      line.logIn("app", "app", "app");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void startupPacketMayComeWithTheEndOfTheHandshake(boolean direct) throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      if (!direct) {
        line.send(Frontend.sslRequest());
        assertThat(line.receiveByte()).isEqualTo('S');
      }
      // The client speaks twice in the handshake: its hello goes through, its Finished is held.
      line.valve().holdAfterFirstWrite();
      line.handshake(TLS).send(Line.startup("app", "app"));
      line.valve().release();
      line.untilReady("app");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @Test
  void plainBytesBehindAnSslRequestAreRefused() throws Exception {
    try (Line line = Line.to(port("app"))) {
      line.send(Frontend.sslRequest(), Line.startup("app", "app"));
      Message error = line.refusal();
      assertThat(error.sqlState()).isEqualTo("08P01");
      assertThat(error.fields().get('M')).isEqualTo("received unencrypted data after SSL request");
    }
  }

  @Test
  void plainBytesInsteadOfTheHandshakeAreClosed() throws Exception {
    try (Line line = Line.to(port("app"))) {
      line.send(Frontend.sslRequest());
      assertThat(line.receiveByte()).isEqualTo('S');
      line.send(Line.startup("app", "app"));
      assertClosedUnanswered(line);
    }
  }

  @Test
  void secondSslRequestInsideTlsIsRefusedAsPostgresqlDoes() throws Exception {
    assertThat(refusalOfSecondRequest(port("app"), AUTHORITY, Frontend.sslRequest()))
        .isEqualTo(
            refusalOfSecondRequest(
                SecureServer.port(), SecureServer.authority(), Frontend.sslRequest()));
    assertThat(refusalOfSecondRequest(port("app"), AUTHORITY, Frontend.gssEncRequest()))
        .isEqualTo(
            refusalOfSecondRequest(
                SecureServer.port(), SecureServer.authority(), Frontend.gssEncRequest()));
  }

  private static String refusalOfSecondRequest(int port, Authority authority, byte[] request)
      throws IOException {
    try (Line line = Line.to(port)) {
      line.startTls(Tls.trusting(authority)).send(request);
      return line.refusal().toString();
    }
  }

  @Test
  void gssEncryptionIsRefusedAndTlsMayFollow() throws Exception {
    try (Line line = Line.to(port("maybe"))) {
      line.send(Frontend.gssEncRequest());
      assertThat(line.receiveByte()).isEqualTo('N');
      line.startTls(TLS).logIn("app", "app", "app");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @Test
  void modeDisableAnswersNoAndGoesOnInPlain() throws Exception {
    try (Line line = Line.to(port("plain"))) {
      line.send(Frontend.sslRequest());
      assertThat(line.receiveByte()).isEqualTo('N');
      line.send(Frontend.gssEncRequest());
      assertThat(line.receiveByte()).isEqualTo('N');
      line.send(Line.startup("app", "app"));
      assertThat(line.receive().toString()).isEqualTo("Authentication 10");
    }
    try (Line line = Line.to(port("plain"))) {
      assertThatThrownBy(() -> line.handshake(TLS)).isInstanceOf(IOException.class);
    }
    assertThat(jdbcValue("plain", "SELECT 'in'", "sslmode", "prefer")).isEqualTo("in");
    assertThatThrownBy(() -> jdbcValue("plain", "SELECT 1", "sslmode", "require"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("does not support SSL");
  }

  @Test
  void modeRequireRefusesWhoeverComesInPlain() throws Exception {
    assertThat(jdbcValue("must", "SELECT 'in'", "sslmode", "require")).isEqualTo("in");
    assertThatThrownBy(() -> jdbcValue("must", "SELECT 1"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("VDB \"must\" requires SSL encryption")
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("28000");
  }

  @Test
  void certificateIsTheProofWhereTheRuleSaysCert() throws Exception {
    Identity carol = AUTHORITY.issue("carol");
    for (String vdb : List.of("mutual", "maybe")) {
      try (Line line = Line.to(port(vdb))) {
        line.startTls(TLS.as(carol)).logIn("carol", "app", null);
        assertThat(line.value("SELECT 'in'")).isEqualTo("in");
      }
    }
    try (Line line = Line.to(port("mutual"))) {
      line.handshake(TLS.as(carol)).logIn("carol", "app", null);
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
  }

  @Test
  void certificateOfSomebodyElseIsRefused() throws Exception {
    try (Line line = Line.to(port("mutual"))) {
      line.startTls(TLS.as(AUTHORITY.issue("dave"))).send(Line.startup("carol", "app"));
      Message error = line.refusal();
      assertThat(error.sqlState()).isEqualTo("28000");
      assertThat(error.fields().get('M'))
          .isEqualTo("certificate authentication failed for user \"carol\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void certificateOfAnotherAuthorityNeverGetsAsFarAsTheLogIn(String version) throws Exception {
    Identity forged = STRANGER.issue("carol");
    for (String vdb : List.of("mutual", "maybe")) {
      try (Line line = Line.to(port(vdb))) {
        assertThatThrownBy(
                () -> line.startTls(TLS.in(version).as(forged)).logIn("carol", "app", null))
            .isInstanceOf(IOException.class)
            .satisfies(e -> assertThat("" + e.getMessage()).doesNotContain("28000"));
      }
    }
  }

  @Test
  void certificateMayBeMissingOnlyWhereItIsOptional() throws Exception {
    try (Line line = Line.to(port("mutual"))) {
      assertThatThrownBy(() -> line.startTls(TLS).logIn("carol", "app", null))
          .isInstanceOf(IOException.class);
    }
    try (Line line = Line.to(port("maybe"))) {
      line.startTls(TLS).logIn("app", "app", "app");
      assertThat(line.value("SELECT 'in'")).isEqualTo("in");
    }
    try (Line line = Line.to(port("maybe"))) {
      line.startTls(TLS).send(Line.startup("carol", "app"));
      Message error = line.refusal();
      assertThat(error.sqlState()).isEqualTo("28000");
      assertThat(error.fields().get('M'))
          .isEqualTo("connection requires a valid client certificate");
    }
  }

  static void assertClosedUnanswered(Line line) throws IOException {
    assertThatThrownBy(
            () -> {
              while (true) {
                // An alert of TLS may come first; a message of PostgreSQL must not.
                char first = line.receiveByte();
                assertThat(first).isNotIn('E', 'R', 'N');
              }
            })
        .isInstanceOfAny(EOFException.class, java.net.SocketException.class);
  }
}
