package dev.heimdall.engine.dialect.postgres.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What PostgreSQL 18 answers to the same start-up packets. */
class ProtocolNegotiationTest {
  @Test
  void versionsUpToTheNewestAreTakenAsTheyAre() {
    for (int minor = 0; minor <= StartupPacket.NEWEST_MINOR; minor++) {
      assertThat(asking(minor).negotiated()).as("3.%s", minor).isEmpty();
    }
  }

  @Test
  void aNewerVersionIsAnsweredWithTheNewestOneMajorVersionIncluded() {
    assertThat(asking(3).negotiated()).hasValue(0x0003_0002);
    assertThat(asking(9999).negotiated()).hasValue(0x0003_0002);
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheVersionAskedFor() {
    assertThat(asking(0, "_pq_.unknown").negotiated()).hasValue(0x0003_0000);
    assertThat(asking(2, "_pq_.unknown").negotiated()).hasValue(0x0003_0002);
    assertThat(asking(4, "_pq_.unknown").negotiated()).hasValue(0x0003_0002);
  }

  private static StartupPacket asking(int minor, String... options) {
    return new StartupPacket(minor, Map.of("user", "ann"), List.of(options));
  }
}
