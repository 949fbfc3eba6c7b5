package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestNode;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS towards clients, by BoringSSL where the machine has it. */
class ClientTlsIT extends ClientTlsContract {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(ClientTlsContract::configure);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Override
  int port(String vdb) {
    return node.node().port(vdb);
  }

  @Test
  void providerIsTheNativeOneOnLinux() {
    assertThat(OpenSsl.isAvailable()).isEqualTo(System.getProperty("os.name").equals("Linux"));
  }

  @Test
  void replacedCertificateIsShownToNewClientsAndOldOnesStay() throws Exception {
    try (TestNode own = TestNode.start(ClientTlsContract::configure);
        Line before = Line.to(own.node().port("maybe"))) {
      Tls tls = Tls.trusting(AUTHORITY);
      before.startTls(tls).logIn("app", "app", "app");
      Identity renewed = AUTHORITY.issue("renewed", "localhost");
      assertThat(before.certificate()).isNotEqualTo(renewed.certificate());

      Files.writeString(own.directory().resolve("client-side.pem"), renewed.certificatePem());
      Files.writeString(own.directory().resolve("client-side.key"), renewed.keyPem());
      own.node().reload();

      Await.until(
          "the new certificate is shown",
          () -> renewed.certificate().equals(shown(own.node().port("maybe"))));
      assertThat(before.value("SELECT 'still here'")).isEqualTo("still here");
      // Channel binding goes by the new certificate too.
      SecureServer.jdbc(
              own.node().port("app"),
              "app",
              "app",
              "app",
              "sslmode",
              "require",
              "channelBinding",
              "require")
          .close();
    }
  }

  @Test
  void brokenCertificateIsRefusedAndTheOldOneStays() throws Exception {
    try (TestNode own = TestNode.start(ClientTlsContract::configure)) {
      int port = own.node().port("maybe");
      var before = shown(port);
      Files.writeString(
          own.directory().resolve("client-side.key"), AUTHORITY.issue("other").keyPem());
      assertThat(reload(own)).contains("keyFile").contains("client-side.key");
      assertThat(shown(port)).isEqualTo(before);
    }
  }

  private static String reload(TestNode node) {
    try {
      node.admin("RELOAD");
      return "taken";
    } catch (IllegalStateException e) {
      return e.getMessage();
    }
  }

  private static java.security.cert.X509Certificate shown(int port) throws IOException {
    try (Line line = Line.to(port)) {
      return line.startTls(Tls.trusting(AUTHORITY)).certificate();
    }
  }
}
