package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A connection that leads out of a region past all lines is found, and no other one. */
class BorderTest {
  private static void connected(String to, Checks checks) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getByName(to))) {
      String place = to + "/" + server.getLocalPort();
      Process process =
          new ProcessBuilder("bash", "-c", "exec 3<>/dev/tcp/" + place + " && exec cat <&3")
              .start();
      try (var accepted = server.accept()) {
        checks.look(process.toHandle(), place.replace('/', ':'));
        assertThat(accepted.isConnected()).isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private interface Checks {
    void look(ProcessHandle process, String place) throws IOException;
  }

  @Test
  void aConnectionToAnotherRegionIsFound() throws Exception {
    connected(
        "127.2.0.10",
        (process, place) -> {
          Await.until(
              "it is found", () -> !Border.crossedBy(process, Region.FIRST, Set.of()).isEmpty());
          assertThat(Border.crossedBy(process, Region.FIRST, Set.of()))
              .singleElement()
              .asString()
              .contains("connected to " + place);
          assertThat(Border.crossedBy(process, Region.SECOND, Set.of())).isEmpty();
          assertThat(Border.crossedBy(process, Region.FIRST, Set.of(place))).isEmpty();
        });
  }

  @Test
  void aConnectionToARelayOfItsOwnRegionCrossesNothing() throws Exception {
    connected(
        "127.1.2.10",
        (process, place) ->
            assertThat(Border.crossedBy(process, Region.FIRST, Set.of())).isEmpty());
  }
}
