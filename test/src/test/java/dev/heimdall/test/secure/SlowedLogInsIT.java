package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.test.fixture.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Log-ins after wrong passwords, for users who exist and for those who do not. */
@Tag("ci")
class SlowedLogInsIT {
  @Test
  void guessesAreSlowedForKnownAndUnknownUsersAlikeAndTheRightPasswordEndsIt() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    SecureServer.behind(c)
                        .node("failedLogIns.free", 2)
                        .node("failedLogIns.maxDelay", "100ms"));
        CapturedLog log = new CapturedLog("heimdall.client", Level.WARN)) {
      int port = node.node().port("app");
      for (String user : new String[] {"app", "nobody"}) {
        for (int i = 0; i < 4; i++) {
          assertThat(Refusal.of(port, "app", user, "guess " + i))
              .isEqualTo(Refusal.of(SecureServer.port(), "app", user, "guess " + i));
        }
      }
      assertThat(metrics(node)).contains("heimdall_logins_slowed_total 6.0");
      assertThat(log.lines())
          .anyMatch(line -> line.contains("log-ins slowed") && line.contains("delay_ms=100"));

      SecureServer.jdbc(port, "app", "app", "app").close();
      Refusal.of(port, "app", "app", "guess");
      assertThat(metrics(node)).contains("heimdall_logins_slowed_total 6.0");
    }
  }

  private static String metrics(TestNode node) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + node.httpPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
