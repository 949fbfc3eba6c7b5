package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strict encryption (TDS 8.0) on either side of a node, and on both. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it begins strict encryption, and closes connections")
class SqlServerStrictIT {
  /** As LOGIN7 of TDS 8.0 begins in the stand-in's log. */
  private static final String OF_TDS_8 = "0x8000000 ";

  private TdsServer server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsServer.start();
  }

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
    server.close();
  }

  private static String strict() {
    return ";encrypt=strict;hostNameInCertificate=localhost;serverCertificate="
        + TestCertificate.localhost().inFiles().certificate();
  }

  private boolean hasStrictLogIn() {
    return server.log().stream().anyMatch(message -> message.text().startsWith(OF_TDS_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLS"})
  void strictClientsShareAConnectionWithOthers(String protocol) throws Exception {
    node = SqlServerNode.start(server.port(), TdsOptions.USER, TdsOptions.PASSWORD, "", "");
    try (Connection ann = node.jdbc(strict() + ";sslProtocol=" + protocol);
        Connection bob = node.jdbc(";encrypt=false")) {
      for (int round = 0; round < 2; round++) {
        assertThat(all(ann, "select 1")).isEqualTo("[1;]");
        assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      }
      assertThat(server.connections()).isOne();
      assertThat(hasStrictLogIn()).isFalse();
    }
  }

  @Test
  void serverConnectionsAreStrictWhereTheSourceSaysSo() throws Exception {
    node = SqlServerNode.strict(server.port(), TdsOptions.USER, TdsOptions.PASSWORD);
    try (Connection ann = node.jdbc(strict());
        Connection bob = node.jdbc(";encrypt=false")) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      assertThat(server.connections()).isOne();
      assertThat(hasStrictLogIn()).isTrue();
    }
  }

  @Test
  void aClientOfAnOldVersionIsToldThatItCannotHaveAStrictConnection() {
    node = SqlServerNode.strict(server.port(), TdsOptions.USER, TdsOptions.PASSWORD);

    assertThatThrownBy(() -> node.jtds().close()).hasMessageContaining("tls.direct");
  }

  @Test
  void aWrongPasswordIsRefusedByNumberInsideToo() {
    node = SqlServerNode.start(server.port(), TdsOptions.USER, TdsOptions.PASSWORD, "", "");

    assertThatThrownBy(() -> node.jdbc(strict() + ";password=wrong").close())
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(18456));
  }

  /** It might be a browser, and its request one that another protocol's server obeys. */
  @Test
  void tlsWithoutTheProtocolsNameIsClosed() throws Exception {
    node = SqlServerNode.start(server.port(), TdsOptions.USER, TdsOptions.PASSWORD, "", "");
    SSLContext trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new X509TrustManager[] {new Trusting()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            trusting
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), node.port())) {
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      assertThat(end(socket)).isTrue();
    }
  }

  private static boolean end(SSLSocket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SSLException closed) {
      return true;
    }
  }

  @Test
  void aServerThatDoesNotAgreeToTheProtocolIsNotLoggedInTo() throws Exception {
    SSLContext tls = TlsIdentity.of(TestCertificate.localhost());
    try (SSLServerSocket other =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread serves = new Thread(() -> shakeHands(other), "tls-without-alpn");
      serves.setDaemon(true);
      serves.start();
      node = SqlServerNode.strict(other.getLocalPort(), TdsOptions.USER, TdsOptions.PASSWORD);

      assertThatThrownBy(() -> node.jdbc(";encrypt=false;connectRetryCount=0").close())
          .hasMessageContaining("ALPN")
          .hasMessageContaining("tds/8.0");
    }
  }

  private static void shakeHands(SSLServerSocket listener) {
    while (!listener.isClosed()) {
      try (SSLSocket socket = (SSLSocket) listener.accept()) {
        socket.startHandshake();
        socket.getInputStream().read();
      } catch (IOException closed) {
        // The test says what it expects.
      }
    }
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(
        java.security.cert.X509Certificate[] chain, String authenticationType) {}

    @Override
    public void checkServerTrusted(
        java.security.cert.X509Certificate[] chain, String authenticationType) {}

    @Override
    public java.security.cert.X509Certificate[] getAcceptedIssuers() {
      return new java.security.cert.X509Certificate[0];
    }
  }
}
