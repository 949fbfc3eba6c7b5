package dev.heimdall.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriterFeedTest {
  private static final List<String> ITEM = List.of("app.item");

  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(1)));
  private final OutsideWrites outside = new OutsideWrites(positions, Definitions.NONE);
  private final BlockingQueue<Reader> readers = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final WriterFeed feed =
      new WriterFeed(
          PoolSources.primary(),
          new ChangeProtocol.Way("stream", "app", (writer, sink) -> opened(writer.port(), sink)),
          outside.sink(),
          new WriterFeed.Listener() {
            @Override
            public void following(FeedStatus now) {
              told.add("following");
            }

            @Override
            public void gap(FeedStatus now) {
              told.add("gap: " + now.detail());
            }

            @Override
            public void failed(Throwable cause) {
              told.add("failed: " + cause.getMessage());
            }
          });

  private Reader opened(int port, ChangeSink sink) {
    Reader reader = new Reader(port, sink);
    readers.add(reader);
    return reader;
  }

  private static final class Reader implements ChangeReader {
    final int port;
    final ChangeSink sink;
    final CompletableFuture<Progress> progress = new CompletableFuture<>();
    final CompletableFuture<Exception> end = new CompletableFuture<>();

    Reader(int port, ChangeSink sink) {
      this.port = port;
      this.sink = sink;
    }

    @Override
    public void read(Progress to) throws Exception {
      progress.complete(to);
      throw end.get();
    }

    Progress progress() throws Exception {
      return progress.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      end.complete(new SQLException("closed"));
    }
  }

  private Reader next() throws InterruptedException {
    return readers.poll(30, TimeUnit.SECONDS);
  }

  private String event() throws InterruptedException {
    return told.poll(30, TimeUnit.SECONDS);
  }

  private void writer(int port, String run) {
    feed.follow(Optional.of(new ServerAddress("db", port)), run);
  }

  @AfterEach
  void close() {
    feed.close();
  }

  @Test
  void nothingIsHeardBeforeTheFirstReaderFollows() throws Exception {
    assertThat(outside.heard()).isFalse();
    feed.start();
    assertThat(feed.status().phase()).isEqualTo(Phase.STARTING);
    writer(5432, "a");
    Reader reader = next();
    assertThat(reader.port).isEqualTo(5432);
    reader.progress();
    assertThat(outside.heard()).isFalse();
    long before = positions.noted();
    reader.progress().following();
    assertThat(event()).isEqualTo("following");
    assertThat(outside.heard()).isTrue();
    assertThat(positions.unwrittenSince(before, ITEM)).isFalse();
    assertThat(positions.unwrittenSince(positions.noted(), ITEM)).isTrue();
  }

  @Test
  void theSameWriterAgainChangesNothing() throws Exception {
    feed.start();
    writer(5432, "a");
    next().progress().following();
    event();
    long kept = positions.noted();
    writer(5432, "a");
    assertThat(outside.heard()).isTrue();
    assertThat(positions.unwrittenSince(kept, ITEM)).isTrue();
    assertThat(readers).isEmpty();
  }

  @Test
  void whatFailedIsTriedAgain() throws Exception {
    feed.start();
    writer(5432, "a");
    Reader first = next();
    first.progress().following();
    event();
    long kept = positions.noted();
    first.end.complete(new SQLException("lost"));
    assertThat(event()).isEqualTo("gap: lost");
    assertThat(outside.heard()).isFalse();
    Reader second = next();
    first.progress().following(); // it is not the one that is listened to
    assertThat(outside.heard()).isFalse();
    second.progress().following();
    assertThat(event()).isEqualTo("following");
    assertThat(outside.heard()).isTrue();
    assertThat(positions.unwrittenSince(kept, ITEM)).isFalse();
    assertThat(feed.status().gaps()).isEqualTo(1);
  }

  @Test
  void anotherWriterIsAGapAtOnceAndIsHeardNext() throws Exception {
    feed.start();
    writer(5432, "a");
    Reader first = next();
    first.progress().following();
    event();
    writer(5433, "b");
    assertThat(outside.heard()).isFalse();
    assertThat(event()).isEqualTo("gap: db:5433 is the writer now");
    Reader second = next();
    assertThat(second.port).isEqualTo(5433);
    second.progress().following();
    assertThat(event()).isEqualTo("following");
    feed.follow(Optional.empty(), "");
    assertThat(outside.heard()).isFalse();
    assertThat(event()).isEqualTo("gap: there is no writer");
  }

  @Test
  void anotherRunOfTheSameServerIsAnotherWriter() throws Exception {
    feed.start();
    writer(5432, "a");
    next().progress().following();
    event();
    writer(5432, "b");
    assertThat(outside.heard()).isFalse();
    assertThat(next().port).isEqualTo(5432);
  }

  @Test
  void aReaderThatIsBehindIsAGapUntilItHasCaughtUp() throws Exception {
    feed.start();
    writer(5432, "a");
    Reader reader = next();
    reader.progress().following();
    event();
    reader.progress().behind("late");
    assertThat(feed.status().phase()).isEqualTo(Phase.BEHIND);
    assertThat(outside.heard()).isFalse();
    assertThat(event()).isEqualTo("gap: late");
    reader.progress().following();
    assertThat(outside.heard()).isTrue();
  }

  @Test
  void anErrorInTheNodeIsToldAndTriedAgain() throws Exception {
    feed.start();
    writer(5432, "a");
    next().end.complete(new IllegalStateException("a bug"));
    assertThat(event()).isEqualTo("gap: an error in the node: IllegalStateException");
    assertThat(event()).isEqualTo("failed: a bug");
    assertThat(next()).isNotNull();
  }

  @Test
  void allFeedsOfASourceHaveToFollow() {
    ChangeSink other = outside.sink();
    ChangeSink one = outside.sink();
    one.following();
    one.following();
    assertThat(outside.heard()).isFalse();
    other.following();
    assertThat(outside.heard()).isFalse(); // the feed of this test has not begun
  }

  @Test
  void aCommitOfThisNodesOwnIsNoNewsIfTheServerHasSaidWhereItIs() {
    ChangeSink sink = outside.sink();
    positions.committed(ITEM, false, new Lsn(70));
    long before = positions.noted();
    assertThat(sink.written(ITEM, new Lsn(70))).isFalse();
    assertThat(positions.unwrittenSince(before, ITEM)).isTrue();
    assertThat(sink.written(ITEM, new Lsn(60))).isTrue(); // before it, and nobody has noted that
    assertThat(positions.unwrittenSince(before, ITEM)).isFalse();
    before = positions.noted();
    assertThat(sink.written(ITEM, Position.NONE)).isTrue();
    assertThat(positions.unwrittenSince(before, ITEM)).isFalse();
  }

  @Test
  void whatIsArrivingIsNotUsedUntilItIsNoted() {
    ChangeSink sink = outside.sink();
    long before = positions.noted();
    Runnable over = sink.arriving(ITEM);
    assertThat(positions.unwrittenSince(before, ITEM)).isFalse();
    assertThat(positions.unwrittenSince(before, List.of("app.other"))).isTrue();
    sink.written(ITEM, Position.NONE);
    over.run();
    assertThat(positions.unwrittenSince(before, ITEM)).isFalse();
    assertThat(positions.unwrittenSince(positions.noted(), ITEM)).isTrue();
  }
}
