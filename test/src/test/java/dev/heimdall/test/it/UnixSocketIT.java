package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.UnixSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of PostgreSQL that come by a Unix domain socket. */
@Timeout(60)
class UnixSocketIT {
  @TempDir Path folder;

  private Path file(int port) {
    return folder.resolve(".s.PGSQL." + port);
  }

  private static RawClient logIn(TestNode node, Path file) throws IOException {
    RawClient client = connect(node, file, "app");
    client.logIn(0);
    return client;
  }

  /** It does without TLS. */
  private static RawClient connect(TestNode node, Path file, String user) throws IOException {
    var tcp = node.target().as(user, user);
    var plain =
        new Target(tcp.host(), tcp.port(), tcp.database(), tcp.user(), tcp.password(), false);
    return RawClient.over(plain, UnixSocket.connect(file));
  }

  private static void answers(TestNode node, Path file) throws IOException {
    try (RawClient client = logIn(node, file)) {
      assertThat(client.value("SELECT 'by the socket'")).isEqualTo("by the socket");
    }
  }

  /** TLS is neither offered nor asked for, and the address in rules is the loopback's. */
  private void strict(TestConfiguration c) {
    c.clientTls("require", TestCertificate.localhost());
    c.vdb("unixSocket", file(5432).toString());
    c.vdb("unixSocketMode", "0600");
    c.vdb(
        "auth",
        List.of(
            Map.of("type", "hostssl", "users", List.of("other"), "method", "scram-sha-256"),
            Map.of(
                "users",
                List.of("app", "admin"),
                "address",
                "127.0.0.1/32",
                "method",
                "scram-sha-256")));
  }

  @Test
  void aClientGetsInIsListedAndCanCancel() throws Exception {
    try (TestNode node = TestNode.start(this::strict)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(5432))))
          .isEqualTo("rw-------");
      try (RawClient client = connect(node, file(5432), "app")) {
        client.send(Frontend.sslRequest());
        assertThat(client.receiveByte()).isEqualTo('N');
        client.logIn(0);
        assertThat(client.value("SELECT 1")).isEqualTo("1");
        assertThat(node.clients())
            .anySatisfy(row -> assertThat(row).containsEntry("addr", "local"));
        client.send(Frontend.query("SELECT pg_sleep(50)"));
        Await.until(
            "the statement runs",
            () ->
                node.clients().stream()
                    .anyMatch(
                        row ->
                            "active".equals(row.get("state")) && "local".equals(row.get("addr"))));
        try (RawClient other = connect(node, file(5432), "app")) {
          other.send(Frontend.cancelRequest(client.processId(), client.secret()));
          other.untilClosed();
        }
        assertThat(client.untilReady())
            .extracting(Message::toString)
            .anyMatch(m -> m.contains("57014"));
      }
      try (RawClient other = connect(node, file(5432), "other")) {
        assertThatThrownBy(() -> other.logIn(0)).isInstanceOf(RawClient.ErrorReceived.class);
      }
    }
    assertThat(file(5432)).doesNotExist();
  }

  @Test
  @Needs("psql")
  void psqlFindsTheSocketByItsFolder() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("unixSocket", file(5432).toString()))) {
      assertThat(node.port("app")).isPositive();
      assertThat(psql("SELECT 'by its name'")).isEqualTo("by its name");
    }
  }

  /** With the folder as its host. */
  private String psql(String sql) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "psql",
                "-X",
                "-A",
                "-t",
                "-h",
                folder.toString(),
                "-p",
                "5432",
                "-U",
                "app",
                "-c",
                sql,
                "app")
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("PGPASSWORD", "app");
    Process process = builder.start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void aFileOfADeadListenerIsReplacedAndNoOther() throws Exception {
    Path file = file(1);
    try (ServerSocketChannel living = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      living.bind(UnixDomainSocketAddress.of(file));
      assertThatThrownBy(() -> TestNode.start(c -> c.vdb("unixSocket", file.toString())))
          .hasStackTraceContaining("cannot listen on " + file + ": the socket is in use");
    }
    assertThat(file).exists(); // its listener is gone
    try (TestNode node = TestNode.start(c -> c.vdb("unixSocket", file.toString()))) {
      answers(node, file);
    }
    Files.writeString(file, "precious");
    assertThatThrownBy(() -> TestNode.start(c -> c.vdb("unixSocket", file.toString())))
        .hasStackTraceContaining("no socket");
    assertThat(file).hasContent("precious");
    assertThatThrownBy(
            () -> TestNode.start(c -> c.vdb("unixSocket", folder.resolve("no/s").toString())))
        .hasStackTraceContaining("does not exist");
    assertThatThrownBy(
            () ->
                TestNode.start(
                    c -> c.node("transport", "nio").vdb("unixSocket", file(2).toString())))
        .hasStackTraceContaining("need the transport epoll");
  }

  @Test
  void aReloadAddsMovesAndRemovesTheSocketAndClientsStay() throws Exception {
    try (TestNode node = TestNode.start(c -> {})) {
      node.change(c -> c.vdb("unixSocket", file(1).toString()));
      try (RawClient stays = logIn(node, file(1))) {
        node.change(c -> c.vdb("unixSocketMode", "0666"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1))))
            .isEqualTo("rw-rw-rw-");
        answers(node, file(1));
        Files.writeString(file(3), "");
        assertThatThrownBy(() -> node.change(c -> c.vdb("unixSocket", file(3).toString())))
            .hasMessageContaining("no socket");
        answers(node, file(1));
        node.change(c -> c.vdb("unixSocket", file(2).toString()));
        assertThat(file(1)).doesNotExist();
        answers(node, file(2));
        node.change(c -> c.without("vdbs/app.json", "unixSocket"));
        assertThat(file(2)).doesNotExist();
        assertThat(stays.value("SELECT 1")).isEqualTo("1");
      }
    }
  }
}
