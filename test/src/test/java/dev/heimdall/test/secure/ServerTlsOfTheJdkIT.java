package dev.heimdall.test.secure;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** TLS towards the server where there is no OpenSSL: by the JDK. */
@Tag("long")
class ServerTlsOfTheJdkIT extends ServerTlsContract {
  private static NodeWithoutOpenSsl other;

  @BeforeAll
  static void startOther() throws Exception {
    other = NodeWithoutOpenSsl.start(node().directory());
  }

  @AfterAll
  static void stopOther() throws Exception {
    other.close();
  }

  @Override
  int port(String vdb) {
    return other.port(vdb);
  }
}
