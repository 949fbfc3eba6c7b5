package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.ConnectionKeeper;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiters whose code throws: that is their end, and nobody else's. */
class GuardedWaiterTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopContext loop = new LoopContext(0, channel.eventLoop());
  private final WaitQueue queue = new WaitQueue(loop);
  private final FakeServers servers = new FakeServers();
  private final RecordingWaiter broken = new RecordingWaiter(Variables.of(Map.of("a", "b")));
  private final RecordingWaiter sound = new RecordingWaiter();

  @BeforeEach
  void enqueue() {
    queue.add(broken, 0);
    queue.add(sound, 0);
    broken.flaw = new IllegalStateException("flaw");
  }

  @AfterEach
  void close() {
    servers.close();
    channel.close();
  }

  private ServerConnection connection() {
    ServerConnection[] made = new ServerConnection[1];
    servers.connect(
        loop,
        null,
        new ConnectionKeeper() {
          @Override
          public void serverClosed(ServerConnection closed) {}

          @Override
          public void cancelsDone(ServerConnection done) {}
        },
        new ServerConnector.Handler() {
          @Override
          public void connected(ServerConnection connection) {
            made[0] = connection;
          }

          @Override
          public void failed(ConnectFailure failure) {}
        });
    servers.accept();
    return made[0];
  }

  private void ended() {
    assertThat(broken.failure).as("not amid the pool's work").isNull();
    channel.runPendingTasks();
    assertThat(broken.failure).isSameAs(broken.flaw);
    assertThat(sound.failure).isNull();
  }

  @Test
  void oneThatThrowsWhenAskedEndsAndIsServedAsAnyOther() {
    assertThat(queue.first().variables()).isEqualTo(Variables.NONE);
    assertThat(queue.size()).isEqualTo(2);
    ended();
  }

  @Test
  void aConnectionOfWhichNobodyKnowsWhatItsTakerDidIsClosed() {
    ServerConnection connection = connection();

    queue.next().acquired(connection);

    assertThat(connection.closed()).isTrue();
    assertThat(connection.ending().reason()).contains("error in the node", "flaw");
    ended();
    queue.next().acquired(connection());
    assertThat(sound.connection.closed()).isFalse();
  }

  @Test
  void oneThatThrowsWhenRefusedKeepsNobodyFromHearing() {
    queue.refuseAll(ServerError.error("53300", "full"));

    assertThat(sound.refusal.sqlState()).isEqualTo("53300");
    ended();
  }

  @Test
  void oneThatThrowsWhenToldToWaitKeepsNobodyFromHearing() {
    queue.notice(Duration.ofSeconds(1), Duration.ofSeconds(2).toNanos(), () -> {});

    assertThat(sound.notices).isOne();
    assertThat(queue.notices()).isOne();
    ended();
  }
}
