package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.ServerAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool whose connections go to a writer that something elsewhere has to confirm. */
class FencedPoolTest {
  private static final PoolKey KEY =
      new PoolKey("shop", ServerCredential.withoutSecret("shop"), Capabilities.NONE);
  private static final ServerAddress ONE = new ServerAddress("one.example", 5432);
  private static final ServerAddress OTHER = new ServerAddress("other.example", 5432);
  private static final long UNTIL = 1_000;

  private final FakeServers servers = new FakeServers();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private long now;
  private final LoopContext loop = new LoopContext(0, channel.eventLoop(), () -> now);
  private VdbPools vdb;
  private LoopPool pool;

  private static PoolPlan plan() {
    return PoolSources.plan(
        PoolSources.source(
            "cluster",
            "jdbc:postgresql://one.example,other.example",
            PoolSources.cluster(
                ClusterKind.AURORA,
                new FailoverSettings(
                    Duration.ofSeconds(10), 2, Duration.ofSeconds(30), Duration.ZERO))),
        PoolSources.settings(4, Optional.of(0), Duration.ofSeconds(1)));
  }

  @BeforeEach
  void open() {
    vdb = new VdbPools("shop", servers, new NoEvents(), plan(), () -> now, Neighbours.none());
    pool = vdb.join(KEY, loop);
  }

  @AfterEach
  void close() {
    servers.close();
    channel.close();
  }

  private static WriterFence confirmedUntil(long until) {
    return new WriterFence(WriterFence.State.OPEN, until, Optional.empty(), "a server elsewhere");
  }

  private static WriterFence fenced() {
    return new WriterFence(
        WriterFence.State.FENCED, UNTIL, Optional.of(Instant.EPOCH), "a server elsewhere");
  }

  private void lead(ServerAddress writer, WriterFence fence) {
    vdb.lead(Optional.ofNullable(writer), false, fence);
    channel.runPendingTasks();
  }

  private RecordingWaiter asks() {
    RecordingWaiter waiter = new RecordingWaiter();
    ServerConnection connection = pool.acquire(waiter);
    if (connection != null) {
      waiter.acquired(connection);
    }
    channel.runPendingTasks();
    return waiter;
  }

  private ServerConnection connected() {
    lead(ONE, confirmedUntil(UNTIL));
    RecordingWaiter holder = asks();
    ServerConnection connection = servers.accept();
    assertThat(holder.connection).isSameAs(connection);
    servers.sentTo(connection);
    return connection;
  }

  private void writes(ServerConnection connection, String text) {
    connection.write(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    channel.runPendingTasks();
  }

  @Test
  void whatIsWrittenWhileTheWriterIsConfirmedLeaves() {
    ServerConnection connection = connected();
    now = UNTIL - 1;
    writes(connection, "statement");
    assertThat(servers.sentTo(connection)).isEqualTo("statement");
  }

  /** As on a machine that stood still: nobody has said yet that the writer is fenced. */
  @Test
  void nothingLeavesWhenTheLastConfirmationIsTooOldWhoeverHasNoticedThat() {
    ServerConnection connection = connected();
    now = UNTIL;
    writes(connection, "statement");

    assertThat(servers.sentTo(connection)).isEmpty();
    assertThat(connection.closed()).isTrue();
    assertThat(connection.nothingLeft()).isTrue();
    assertThat(vdb.directed()).isFalse();
    RecordingWaiter next = asks();
    assertThat(next.waits()).isTrue();
    assertThat(servers.attempts()).isZero();

    lead(ONE, confirmedUntil(2 * UNTIL));
    assertThat(servers.accept()).isSameAs(next.connection);
  }

  @Test
  void aConfirmationInTimeLetsWritesGoOn() {
    ServerConnection connection = connected();
    lead(ONE, confirmedUntil(2 * UNTIL));
    now = UNTIL;
    writes(connection, "statement");
    assertThat(servers.sentTo(connection)).isEqualTo("statement");
  }

  @Test
  void allConnectionsEndWhenTheWriterIsFencedWhoeverUsesThem() {
    ServerConnection connection = connected();
    now = UNTIL;
    lead(null, fenced());

    assertThat(connection.closed()).isTrue();
    assertThat(servers.sentTo(connection)).as("not even an end of the session").isEmpty();
    assertThat(asks().waits()).isTrue();
  }

  /** There was no writer for a while, and connections were left to those who use them. */
  @Test
  void withoutAWriterWhatStillIsConnectedMayWriteForAsLongAsItWasConfirmed() {
    ServerConnection connection = connected();
    lead(null, confirmedUntil(UNTIL));
    writes(connection, "statement");
    assertThat(servers.sentTo(connection)).isEqualTo("statement");
    now = UNTIL;
    writes(connection, "another");
    assertThat(servers.sentTo(connection)).isEmpty();
    assertThat(connection.closed()).isTrue();
  }

  @Test
  void nothingLeavesForTheFormerWriterFromTheMomentOnThatAnotherOneIs() {
    ServerConnection connection = connected();
    vdb.lead(Optional.of(OTHER), false, confirmedUntil(2 * UNTIL));
    // Before the loop has come to end it.
    connection.write(Unpooled.copiedBuffer("statement", StandardCharsets.ISO_8859_1));
    connection.flushNow();
    assertThat(servers.sentNow(connection)).isEmpty();
    channel.runPendingTasks();
    assertThat(connection.closed()).isTrue();
    assertThat(servers.sentTo(connection)).isEmpty();
  }
}
