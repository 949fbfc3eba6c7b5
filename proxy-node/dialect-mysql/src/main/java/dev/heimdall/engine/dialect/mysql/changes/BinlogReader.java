package dev.heimdall.engine.dialect.mysql.changes;

import com.github.shyiko.mysql.binlog.network.AuthenticationException;
import com.github.shyiko.mysql.binlog.network.ServerException;
import dev.heimdall.engine.changes.ChangeReader;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.changes.Distance;
import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the binary log of one server. Two threads take part: one reads the log, the other has
 * each transaction wait until it is visible, and reports it then. A reader that is not reported to
 * in time stops reading, and the server waits.
 */
final class BinlogReader implements ChangeReader {
  /** Denied: the right to read the log, the user or its password. */
  private static final int NO_RIGHT = 1227;

  private static final int NO_PRIVILEGE = 1045;

  /** The log cannot be read from where it is asked for. */
  private static final int NO_LOG = 1236;

  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cluster");

  /** Bytes; a file ends behind the transaction with which it is full, whatever size that has. */
  private static final long LARGEST_FILE = 1L << 42;

  private static final int IDLE_MILLIS = 500;

  /** A server that has more to send, and sends none of it for so long, sends something else. */
  private static final long MOST_SILENT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Makes the two connections. */
  interface Server {
    Connection questions() throws SQLException;

    LogConnection log(
        ServerStatus from,
        TableLayouts layouts,
        Runnable streaming,
        Consumer<LoggedTransaction> transactions)
        throws IOException;
  }

  private final Server server;
  private final WrittenTables tables;
  private final ChangeSink sink;
  private final TableLayouts layouts;
  private final WaitingTransactions arrived = new WaitingTransactions();
  private final CompletableFuture<Void> streaming = new CompletableFuture<>();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private volatile LogConnection log;
  private volatile boolean closed;

  BinlogReader(Server server, WrittenTables tables, ChangeSink sink) {
    this.server = server;
    this.tables = tables;
    this.sink = sink;
    layouts = new TableLayouts(sink::columns);
  }

  @Override
  public void read(Progress progress) throws Exception {
    try (Connection connection = server.questions()) {
      ServerStatus from = ServerStatus.of(connection);
      if (!from.rowFormat()) {
        LOG.warn(
            "{} writes its binary log as text: set binlog_format to ROW; what cannot be read of it"
                + " counts as a write of all tables",
            server);
      }
      long askedAt = System.nanoTime();
      Position committing =
          from.gtids() && !from.flavour().mariadb()
              ? ServerStatus.committing(connection)
              : Position.NONE;
      Visibility visibility = new Visibility(connection, from);
      Thread thread = start(from);
      try {
        long pause = 0;
        while (!streaming.isDone() || !visibility.begun(committing, since(askedAt))) {
          pause = rest(pause);
        }
        progress.following();
        Lateness lateness = new Lateness(connection, from, progress);
        while (true) {
          WaitingTransactions.Arrived next = arrived.take(IDLE_MILLIS);
          if (next == null) {
            proceed();
          } else {
            report(next, visibility, progress);
            learn(next.transaction(), connection, from);
            lateness.reported(next.transaction().end());
          }
          lateness.look();
        }
      } finally {
        close();
        thread.join();
      }
    }
  }

  private Thread start(ServerStatus from) throws IOException {
    log = server.log(from, layouts, () -> streaming.complete(null), this::take);
    if (closed) {
      log.close();
    }
    Thread thread =
        new Thread(
            () -> {
              Throwable end = new IOException("the server has ended the connection");
              try {
                log.connect();
              } catch (IOException | RuntimeException | Error e) {
                end = e;
              }
              ended.complete(end);
            },
            Thread.currentThread().getName() + "-log");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void take(LoggedTransaction transaction) {
    WaitingTransactions.Arrived next =
        new WaitingTransactions.Arrived(transaction, System.nanoTime());
    try {
      while (!arrived.add(next, IDLE_MILLIS)) {
        if (closed) {
          return;
        }
      }
    } catch (InterruptedException e) {
      log.close();
    }
  }

  private void report(WaitingTransactions.Arrived next, Visibility visibility, Progress progress)
      throws Exception {
    LoggedTransaction transaction = next.transaction();
    long pause = 0;
    while (!visibility.shows(transaction, since(next.cameAt()))) {
      pause = rest(pause);
    }
    WrittenTables.Written written = tables.of(transaction);
    written.defined().forEach(sink::defined);
    boolean news = true;
    if (written.others()) {
      sink.missed();
    } else if (!written.tables().isEmpty()) {
      news = sink.written(written.tables(), written.rows(), transaction.at());
    }
    progress.heard(Math.max(1, written.tables().size()), news);
  }

  /**
   * Has rows of tables that were written be read from now on. What the log defined by then was
   * reported: it is in the definitions that are known, or these are not confirmed.
   */
  private void learn(LoggedTransaction transaction, Connection connection, ServerStatus from)
      throws SQLException {
    Map<TableName, KeyColumns> lacking = tables.lacking(transaction, layouts);
    if (!lacking.isEmpty()) {
      Optional<BinlogPosition> end = from.endNow(connection);
      end.ifPresent(
          at -> lacking.forEach((table, of) -> layouts.add(table, of, transaction.texts(), at)));
    }
  }

  /** Compares what was reported with where the server's log ends, now and then. */
  private final class Lateness {
    private final Connection connection;
    private final ServerStatus from;
    private final Progress progress;
    private final Distance distance;
    private BinlogPosition reported;
    private BinlogPosition read;
    private long looked = System.nanoTime();
    private long moved = looked;

    /** Number of times in a row that the log ended before the position already read. */
    private int shorter;

    Lateness(Connection connection, ServerStatus from, Progress progress) {
      this.connection = connection;
      this.from = from;
      this.progress = progress;
      distance = new Distance(progress, System::nanoTime);
      reported = from.end();
      read = reported;
    }

    void reported(BinlogPosition upTo) {
      reported = upTo;
    }

    void look() throws SQLException, IOException {
      if (since(looked) < TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS)) {
        return;
      }
      looked = System.nanoTime();
      BinlogPosition before = read;
      read = log.reached();
      // After that: what was read by then and is not waiting here any more was reported.
      BinlogPosition upTo = arrived.isEmpty() ? read : reported;
      Optional<BinlogPosition> end = from.endNow(connection);
      if (end.isPresent()) {
        present(end.get(), !read.equals(before));
        progress.behind(upTo.behind(end.get()));
        distance.at(place(upTo), place(end.get()));
      }
    }

    /**
     * A server whose log is begun anew (RESET MASTER) goes on to send what was there before, which
     * is nothing: only a new stream has what is written since.
     */
    private void present(BinlogPosition end, boolean moves) throws IOException {
      boolean all = read.covers(end);
      moved = moves || all ? looked : moved;
      shorter = end.covers(read) ? 0 : shorter + 1;
      if (shorter > 1) {
        throw new IOException("the server has begun its binary log anew");
      }
      if (since(moved) > MOST_SILENT_NANOS) {
        throw new IOException("the server sends nothing of what it has written to its binary log");
      }
    }

    /** The files one behind the other, as if each had its largest size. */
    private long place(BinlogPosition position) {
      return (position.file() - from.end().file()) * LARGEST_FILE + position.offset();
    }
  }

  private static long since(long then) {
    return System.nanoTime() - then;
  }

  /** A little longer each time. */
  private long rest(long pause) throws Exception {
    proceed();
    long next = Math.min(LONGEST_PAUSE_NANOS, Math.max(100_000, 2 * pause));
    TimeUnit.NANOSECONDS.sleep(next);
    return next;
  }

  /** Goes on, unless the log has ended. */
  private void proceed() throws Exception {
    if (closed) {
      throw new IOException("closed");
    }
    Throwable end = ended.getNow(null);
    if (end == null) {
      return;
    }
    int number =
        end instanceof ServerEnd said
            ? said.number()
            : end instanceof ServerException refused
                ? refused.getErrorCode()
                : end instanceof AuthenticationException denied ? denied.getErrorCode() : 0;
    switch (number) {
      case NO_RIGHT, NO_PRIVILEGE ->
          throw new FeedFault("the server has denied its binary log: " + end.getMessage());
      case NO_LOG ->
          throw new IOException(
              "the server has the binary log no more that was to be read: "
                  + end.getMessage()
                  + "; keep it for longer (binlog_expire_logs_seconds, on RDS and Aurora CALL"
                  + " mysql.rds_set_configuration('binlog retention hours', 24))");
      default -> throw new IOException("the binary log: " + end.getMessage(), end);
    }
  }

  @Override
  public void close() {
    closed = true;
    LogConnection open = log;
    if (open != null) {
      open.close();
    }
  }
}
