package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.Secret;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class StoreExaminationTest {
  private static final String WRONG = "-WRONGPASS invalid username-password pair\r\n";
  private static final String CLOSES = "";
  private static final String SILENT = "silent";

  /** Answers the first request of each connection with one text, or not at all. */
  private static final class Store implements Closeable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    /**
     * @param answers those of the first connections; all others get the last one
     */
    Store(String... answers) throws IOException {
      Thread thread = new Thread(() -> serve(answers));
      thread.setDaemon(true);
      thread.start();
    }

    private void serve(String... answers) {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          connections.add(socket);
          String answer = answers[Math.min(connections.size(), answers.length) - 1];
          if (!answer.equals(SILENT)) {
            assertThat(socket.getInputStream().read(new byte[1000])).isPositive();
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          }
          if (answer.equals(CLOSES)) {
            socket.close();
          }
        } catch (IOException e) {
          // the client has gone, or the test is over
        }
      }
    }

    StoreSettings settings(StoreMode mode) {
      StoreSettings none = StoreSettings.defaults();
      return new StoreSettings(
          List.of("127.0.0.1:" + listener.getLocalPort()),
          mode,
          none.user(),
          Optional.of(new Secret("wrong")),
          none.tls(),
          "test");
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (Socket each : connections) {
        each.close();
      }
    }
  }

  private static AbstractThrowableAssert<?, ?> failure(Store store, StoreMode mode) {
    return assertThatThrownBy(() -> StoreExamination.look(store.settings(mode)))
        .isInstanceOf(StoreExamination.FailedException.class);
  }

  /** The driver sometimes ends a connection before it tells why it does. */
  @Test
  void aConnectionThatIsOnlyClosedIsFollowedByAnotherThatTellsWhy() throws Exception {
    for (StoreMode mode : List.of(StoreMode.STANDALONE, StoreMode.REPLICATION)) {
      try (Store store = new Store(CLOSES, WRONG)) {
        failure(store, mode).hasMessageContaining("WRONGPASS invalid username-password pair");
      }
    }
  }

  /** The driver has two messages for it, by how early the connection was closed. */
  @Test
  void aConnectionThatWasClosedIsCalledSoHoweverEarlyThatWas() {
    assertThat(
            StoreException.reason(
                new IllegalStateException("RedisHandshakeHandler not registered")))
        .isEqualTo("Connection closed prematurely");
  }

  @Test
  void aStoreThatClosesAllConnectionsIsSaidToDoSo() throws Exception {
    try (Store store = new Store(CLOSES)) {
      failure(store, StoreMode.STANDALONE).hasMessage("Connection closed prematurely");
      assertThat(store.connections).hasSize(3);
    }
  }

  @Test
  void aStoreThatSaysNothingIsNotWaitedForTwice() throws Exception {
    try (Store store = new Store(SILENT)) {
      failure(store, StoreMode.STANDALONE).hasMessageContaining("timed out");
      assertThat(store.connections).hasSize(1);
    }
  }
}
