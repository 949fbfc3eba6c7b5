package dev.heimdall.engine.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.directory.DirectoryAnswer;
import dev.heimdall.directory.DirectoryAnswer.Crowded;
import dev.heimdall.directory.DirectoryEvents;
import dev.heimdall.engine.auth.LogInRequest;
import dev.heimdall.model.LdapSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DirectoryTest {
  private record Silence() implements DirectoryEvents {
    @Override
    public void unavailable(String server, String why) {}

    @Override
    public void available(String server) {}

    @Override
    public void unusable(String user, String why) {}
  }

  /** Of one log-in at a time, and four that wait, two of them of one origin. */
  private static LdapSettings settings(ServerSocket server) {
    return new LdapSettings(
        List.of("ldap://127.0.0.1:" + server.getLocalPort()),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("dc=example,dc=com"),
        "(uid={user})",
        "memberOf",
        Optional.empty(),
        "(member={dn})",
        "cn",
        Duration.ofMinutes(1),
        Duration.ZERO,
        Duration.ZERO,
        1,
        4,
        false);
  }

  private static CompletableFuture<DirectoryAnswer> begin(Directory directory, String address)
      throws Exception {
    CompletableFuture<DirectoryAnswer> answer = new CompletableFuture<>();
    directory.check(
        new LogInRequest(true, InetAddress.getByName(address), "db", "ann", null),
        "secret",
        () -> false,
        answer::complete);
    return answer;
  }

  @Test
  void whoHasANetworkOfIpv6TakesTurnsAsOne() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      Directory directory = new Directory(new Silence());
      directory.update(settings(silent));
      CompletableFuture<Void> held = new CompletableFuture<>();
      directory.check(
          new LogInRequest(true, InetAddress.getByName("192.0.2.1"), "db", "ann", null),
          "secret",
          () -> true,
          answer -> held.complete(null));
      try (Socket first = silent.accept()) {
        assertThat(begin(directory, "2001:db8::1")).isNotDone();
        assertThat(begin(directory, "2001:db8::2")).isNotDone();
        assertThat(begin(directory, "2001:db8::ffff:3")).isCompletedWithValue(new Crowded());
        assertThat(begin(directory, "2001:db8:0:1::1")).isNotDone();
        assertThat(first.isConnected()).isTrue();
      }
      held.join();
    }
  }
}
