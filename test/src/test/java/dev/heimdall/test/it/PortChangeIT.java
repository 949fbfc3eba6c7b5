package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A configuration that asks for other ports is taken over as a whole, or not at all. */
class PortChangeIT {
  private static final String FORWARDED = "SELECT current_setting('work_mem') /* there */";

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
  }

  private static int free() throws IOException {
    try (ServerSocket socket = taken()) {
      return socket.getLocalPort();
    }
  }

  private static void listens(TestConfiguration c, String vdb, int port) {
    c.vdb(vdb, "address", "127.0.0.1");
    c.vdb(vdb, "ports", List.of(port));
    c.vdb(vdb, "source", TestConfiguration.SOURCE);
  }

  private static Target at(TestNode node, int port) {
    Target target = node.target();
    return new Target(
        target.host(), port, target.database(), target.user(), target.password(), false);
  }

  private static void answers(TestNode node, int port) throws IOException {
    try (RawClient client = RawClient.logIn(at(node, port))) {
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aPortThatIsNotToBeHadLeavesEverythingAsItWas() throws Exception {
    try (ServerSocket occupied = taken();
        TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 1)
                        .source("there", "url", SharedPostgres.primary().jdbcUrl("app"))
                        .source("there", "user", "app")
                        .source("there", "password", "app")
                        .source("there", "tls.mode", "disable")
                        .source("there", "parameters", Map.of("work_mem", "5MB"))
                        .vdb("ruleSources", List.of("there"))
                        .vdb("rules", List.of("forward"))
                        .rules(
                            "forward",
                            "{\"match\": \"there\", \"action\": \"forward\", \"parameters\":"
                                + " {\"source\": \"there\"}}"));
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.value(FORWARDED)).isEqualTo("5MB");
      int before = node.node().port("app");
      assertThatThrownBy(
              () ->
                  node.change(
                      c -> {
                        c.source("there", "parameters", Map.of("work_mem", "6MB"));
                        c.vdb("limits.maxStatementSize", "1KiB");
                        listens(c, "zulu", occupied.getLocalPort());
                      }))
          .hasMessageContaining("the port is in use");
      assertThat(client.value(FORWARDED)).isEqualTo("5MB");
      assertThat(client.value("SELECT length('" + "x".repeat(2000) + "')")).isEqualTo("2000");
      assertThat(node.node().port("app")).isEqualTo(before);
      answers(node, before);
      node.change(c -> c.without("vdbs/zulu.json"));
      assertThat(client.value(FORWARDED)).isEqualTo("6MB");
    }
  }

  @Test
  void aPortMovesFromOneVirtualDatabaseToAnother() throws Exception {
    int first = free();
    int second = free();
    try (TestNode node =
        TestNode.start(
            c -> {
              listens(c, "app", first);
              listens(c, "second", second);
              c.vdb("second", "databases", Map.of("app", "app"));
            })) {
      node.change(
          c -> {
            listens(c, "app", second);
            listens(c, "second", first);
          });
      assertThat(Set.of(node.node().port("app"), node.node().port("second")))
          .containsExactlyInAnyOrder(first, second);
      assertThat(node.node().port("app")).isEqualTo(second);
      answers(node, first);
      answers(node, second);
    }
  }

  @Test
  void aPortThatWasGivenUpIsTakenBackWhenItsNewAddressIsNotToBeHad() throws Exception {
    int port = free();
    try (TestNode node = TestNode.start(c -> listens(c, "app", port))) {
      // Of a network for examples: no machine has it.
      assertThatThrownBy(() -> node.change(c -> c.vdb("address", "192.0.2.1")))
          .hasMessageContaining("cannot listen on 192.0.2.1:" + port)
          .hasMessageNotContaining("in use");
      answers(node, port);
    }
  }
}
