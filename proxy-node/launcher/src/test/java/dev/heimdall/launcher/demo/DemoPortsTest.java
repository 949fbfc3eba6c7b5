package dev.heimdall.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class DemoPortsTest {
  @Test
  void allPortsAreCountedFromTheBase() {
    DemoPorts ports = new DemoPorts(5050);

    assertThat(ports.node()).isEqualTo(5050);
    assertThat(ports.primary()).isEqualTo(5051);
    assertThat(ports.firstReplica()).isEqualTo(5052);
    assertThat(ports.secondReplica()).isEqualTo(5053);
    assertThat(ports.manager()).isEqualTo(5058);
    assertThat(ports.http()).isEqualTo(5059);
  }

  @Test
  void everyBusyPortIsNamedWithWhatWantedItAndTheRemedy() throws IOException {
    try (ServerSocket primary = listen(0)) {
      int base = primary.getLocalPort() - 1;

      assertThatThrownBy(() -> new DemoPorts(base).requireFree("PostgreSQL"))
          .isInstanceOfSatisfying(
              CommandFailure.class,
              failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.STARTUP))
          .hasMessageContaining("port " + primary.getLocalPort())
          .hasMessageContaining("the PostgreSQL primary")
          .hasMessageContaining("--port-base");
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getByName(DemoPorts.HOST));
  }
}
