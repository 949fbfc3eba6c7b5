package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** TLS towards clients where there is no OpenSSL: by the JDK. */
@Tag("long")
class ClientTlsOfTheJdkIT extends ClientTlsContract {
  private static TestNode configured;
  private static NodeWithoutOpenSsl node;

  @BeforeAll
  static void start() throws Exception {
    // Its directory serves the other process too: all ports are ephemeral.
    configured = TestNode.start(ClientTlsContract::configure);
    node = NodeWithoutOpenSsl.start(configured.directory());
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    configured.close();
  }

  @Override
  int port(String vdb) {
    return node.port(vdb);
  }
}
