package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Log-ins after wrong passwords, for users who exist and for those who do not. */
@Tag("long")
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
      assertThat(node.metric("heimdall_logins_slowed_total")).isEqualTo(6);
      assertThat(log.lines())
          .anyMatch(line -> line.contains("log-ins slowed") && line.contains("delay_ms=100"));

      SecureServer.jdbc(port, "app", "app", "app").close();
      Refusal.of(port, "app", "app", "guess");
      assertThat(node.metric("heimdall_logins_slowed_total")).isEqualTo(6);
    }
  }
}
