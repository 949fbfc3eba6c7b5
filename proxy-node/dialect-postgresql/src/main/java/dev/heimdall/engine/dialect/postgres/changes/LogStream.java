package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.changes.ChangeReader;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.changes.Distance;
import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.model.ChangeSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads the log of the writer from a temporary slot, which ends with its connection: whatever
 * becomes of the node, the server keeps nothing for it. A second thread asks the server whether
 * everybody sees what was read, and how far the server is.
 */
final class LogStream implements ChangeReader {
  private static final int MOST_WAITING = 10_000;

  /** So long the reading thread rests at most when nothing comes. */
  private static final long LONGEST_REST_MILLIS = 8;

  /** So often the server is asked how far it is. */
  private static final long LOOK_MILLIS = 500;

  private final Connection log;
  private final Connection beside;
  private final String database;
  private final Function<TableName, KeyColumns> keys;
  private final ChangeSettings settings;
  private final ChangeSink sink;
  private final BlockingQueue<VisibleCommits.Arrived> arrived =
      new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** Data that arrived after its reader had stopped taking it; used by the reading thread alone. */
  private final List<VisibleCommits.Arrived> late = new ArrayList<>();

  private volatile long read;
  private volatile boolean closed;

  /**
   * @param log a connection for replication, closed with this
   * @param beside an ordinary one to the same database, closed with this
   * @param keys by what a table's rows can be told apart; null where they cannot
   */
  LogStream(
      Connection log,
      Connection beside,
      String database,
      Function<TableName, KeyColumns> keys,
      ChangeSettings settings,
      ChangeSink sink) {
    this.log = log;
    this.beside = beside;
    this.database = database;
    this.keys = keys;
    this.settings = settings;
    this.sink = sink;
  }

  @Override
  public void read(Progress progress) throws Exception {
    LogServer server = new LogServer(beside);
    server.examine(settings);
    String slot =
        settings.slot()
            + "_"
            + Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), Character.MAX_RADIX);
    PGConnection replication = log.unwrap(PGConnection.class);
    createSlot(replication, slot);
    Properties options = new Properties();
    options.setProperty("proto_version", "1");
    options.setProperty("publication_names", '"' + settings.publication() + '"');
    PGReplicationStream stream =
        replication
            .getReplicationAPI()
            .replicationStream()
            .logical()
            .withSlotName(slot)
            .withSlotOptions(options)
            .withStatusInterval(1, TimeUnit.SECONDS)
            .start();
    Thread looking = new Thread(() -> look(server, slot, progress), "changes-look-" + slot);
    looking.setDaemon(true);
    looking.start();
    try {
      follow(stream);
    } catch (SQLException | IOException e) {
      failure.compareAndSet(null, e);
      throw failure.get();
    } finally {
      close();
      looking.interrupt();
      looking.join(); // it has declared the gap when it ends
      arrived.drainTo(late);
      if (!late.isEmpty()) {
        sink.missed();
        late.forEach(one -> one.over().run());
      }
    }
  }

  /** True if the user lacks a right. */
  static boolean denied(SQLException e) {
    return "42501".equals(e.getSQLState());
  }

  static FeedFault notAllowed() {
    return new FeedFault(
        "the user may not read the server's log: ALTER ROLE ... REPLICATION (RDS and Aurora: GRANT"
            + " rds_replication TO ...)");
  }

  private void createSlot(PGConnection replication, String slot) throws SQLException, FeedFault {
    try {
      replication
          .getReplicationAPI()
          .createReplicationSlot()
          .logical()
          .withSlotName(slot)
          .withOutputPlugin("pgoutput")
          .withTemporaryOption()
          .make();
    } catch (SQLException e) {
      if (denied(e)) {
        throw notAllowed();
      }
      if ("53400".equals(e.getSQLState())) {
        throw new FeedFault(
            "the server has no replication slot left: raise max_replication_slots, one for each"
                + " node and database");
      }
      throw e;
    }
  }

  /** Reads until that fails. */
  private void follow(PGReplicationStream stream)
      throws SQLException, IOException, InterruptedException {
    LogMessages messages = new LogMessages(database, keys);
    long rest = 1;
    while (!closed) {
      ByteBuffer message = stream.readPending();
      if (message != null) {
        rest = 1;
        Optional<LogMessages.Commit> commit = messages.take(message);
        if (commit.isPresent()) {
          LogMessages.Commit one = commit.get();
          pass(
              new VisibleCommits.Arrived(
                  one, sink.arriving(one.tables(), one.others(), one.rows())));
        }
      } else {
        Thread.sleep(rest);
        rest = Math.min(2 * rest, LONGEST_REST_MILLIS);
      }
      if (messages.between()) {
        LogSequenceNumber until = stream.getLastReceiveLSN();
        stream.setFlushedLSN(until);
        stream.setAppliedLSN(until);
        read = until.asLong();
      }
    }
    throw new SQLException("the reading was ended");
  }

  private void pass(VisibleCommits.Arrived one) throws InterruptedException {
    while (!arrived.offer(one, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      if (closed) {
        late.add(one);
        return;
      }
    }
  }

  /** Asks the server until that fails, or the reading has ended. */
  private void look(LogServer server, String slot, Progress progress) {
    VisibleCommits commits = new VisibleCommits(sink, progress);
    try {
      commits.begins(server.now().snapshot());
      progress.following();
      Distance distance = new Distance(progress, System::nanoTime);
      long asked = System.nanoTime();
      List<VisibleCommits.Arrived> batch = new ArrayList<>();
      long rest = 1;
      while (!closed) {
        VisibleCommits.Arrived first =
            arrived.poll(commits.any() ? rest : LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          arrived.drainTo(batch);
          commits.add(batch);
          batch.clear();
        }
        LogServer.Moment now = server.now();
        commits.seen(now.snapshot());
        rest = commits.any() ? Math.min(2 * rest, 50) : 1;
        if (read != 0) {
          progress.behind(Math.max(0, now.written() - read));
        }
        distance.at(read, now.written());
        if (System.nanoTime() - asked > TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)) {
          asked = System.nanoTime();
          bounded(server.heldBack(slot));
        }
      }
    } catch (SQLException | FeedFault | InterruptedException | RuntimeException e) {
      failure.compareAndSet(null, e);
    } finally {
      close();
      Exception why = failure.get();
      progress.behind(why == null ? "the reading was ended" : JdbcDrivers.reason(why));
      commits.abandon();
    }
  }

  private void bounded(long heldBack) throws FeedFault {
    if (heldBack > settings.maxLag()) {
      throw new FeedFault(
          "the server kept "
              + heldBack
              + " bytes of its log for this node, more than \"changes.maxLag\": the slot was"
              + " dropped (a transaction that is open for long keeps them too)");
    }
  }

  @Override
  public void close() {
    closed = true;
    ChangeReader.abandon(log);
    ChangeReader.abandon(beside);
  }
}
