package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RdsServerTest {
  private static RdsServer server(OptionalInt tier, String status, String clusterStatus) {
    return new RdsServer(
        "one", Optional.empty(), 0, RdsRole.UNKNOWN, Optional.empty(), tier, status, clusterStatus);
  }

  @Test
  void remarksAreAboutWhatIsNotAsItShouldBe() {
    assertThat(server(OptionalInt.empty(), "", "").remarks()).isEmpty();
    assertThat(server(OptionalInt.of(0), "available", "failing-over").remarks())
        .isEqualTo("promotion tier 0, its cluster failing-over");
  }
}
