package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.PlaceholderText;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One statement at a data source, from the moment of its request. Thread-safe. */
public final class ForeignCall implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  /** Pieces that are on their way to a client that has not taken the first of them yet. */
  private static final int PIECES = 4;

  private static final int MOST_WARNINGS = 20;

  private enum Stage {
    QUEUED,
    /** A thread works for it; there is no statement yet that could be cancelled. */
    BEGUN,
    RUNNING,
    ENDED
  }

  private final ForeignSource source;
  private final ForeignStatement what;
  private final ForeignReply reply;
  private final Semaphore room = new Semaphore(PIECES);

  // Guarded by this object.
  private Stage stage = Stage.QUEUED;
  private Statement statement;
  private ServerError cancelled;
  private boolean cancelling;

  ForeignCall(ForeignSource source, ForeignStatement what, ForeignReply reply) {
    this.source = source;
    this.what = what;
    this.reply = reply;
  }

  /** The receiver can take another piece. */
  public void goOn() {
    room.release();
  }

  /**
   * Ends it, wherever it is: what runs is cancelled at the server.
   *
   * @param why what it ends with, unless it has come to its own end
   */
  public void cancel(ServerError why) {
    synchronized (this) {
      if (stage == Stage.ENDED || cancelled != null) {
        return;
      }
      cancelled = why;
    }
    if (!giveUp(why)) {
      room.release(PIECES);
      source.press(this);
    }
  }

  /** Ends it with this error if it has not begun; says whether that is so. */
  public boolean giveUp(ServerError why) {
    if (!source.forget(this)) {
      return false;
    }
    end();
    reply.done(ForeignOutcome.failed(why));
    return true;
  }

  // ---- cancelling, on a thread of the source's for just that

  /** Has the server end what runs. */
  void cancelAtServer() {
    Statement running;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      running = statement;
      cancelling = true;
    }
    try {
      running.cancel();
    } catch (SQLException e) {
      abort(running); // the server does not hear us: so the connection goes
    } finally {
      synchronized (this) {
        cancelling = false;
        notifyAll();
      }
    }
  }

  /** The server was told to end it and has not: its connection goes. */
  void abort() {
    Statement running;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      running = statement;
    }
    abort(running);
  }

  private static void abort(Statement running) {
    try {
      running.getConnection().abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("a connection could not be aborted", e);
    }
  }

  /** Ends the statement's cancellability; returns true if it was cancelled. */
  private synchronized boolean end() {
    stage = Stage.ENDED;
    statement = null;
    boolean interrupted = false;
    while (cancelling) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return cancelled != null;
  }

  private synchronized void move(Stage next, Statement running) throws SQLException {
    if (cancelled != null) {
      throw new SQLException(cancelled.message(), cancelled.sqlState());
    }
    stage = next;
    statement = running;
  }

  private synchronized ServerError cancelled() {
    return cancelled;
  }

  // ---- carrying it out, on a thread of the source's

  @Override
  public void run() {
    ForeignOutcome outcome;
    try {
      move(Stage.BEGUN, null);
      outcome = connected();
    } catch (SQLException e) {
      outcome = ForeignOutcome.failed(source.errors().of(e));
    } catch (RuntimeException | Error e) {
      LOG.error("a statement for the data source {} met an error in the node", source.name(), e);
      outcome =
          ForeignOutcome.failed(ServerError.error(Sqlstate.INTERNAL_ERROR, "error in the node"));
    }
    end();
    ServerError why = cancelled();
    reply.done(outcome.error() != null && why != null ? ForeignOutcome.failed(why) : outcome);
  }

  private ForeignOutcome connected() throws SQLException {
    Optional<PlaceholderText> text = what.format().placed(source.protocol().reading());
    boolean contained = what.contained() && text.isPresent() && !text.get().leavesTraces();
    Connection connection;
    try {
      connection = source.connect(what.database());
    } catch (SQLException e) {
      return ForeignOutcome.failed(source.errors().cannotConnect(e));
    }
    boolean clean = false;
    try {
      ForeignOutcome outcome = carryOut(connection, text);
      clean = contained;
      return outcome;
    } catch (Refused e) {
      clean = contained;
      throw e.cause();
    } finally {
      if (end() || !(clean && source.protocol().clean(connection))) {
        source.discard(connection, what.database()); // and with that it is closed
      } else {
        connection.close();
      }
    }
  }

  /** The server has refused the statement as a whole, and nothing of a result has come. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final SQLException cause;

    Refused(SQLException cause) {
      super(cause);
      this.cause = cause;
    }

    SQLException cause() {
      return cause;
    }
  }

  private ForeignOutcome carryOut(Connection connection, Optional<PlaceholderText> text)
      throws SQLException, Refused {
    begun(
        () -> {
          source.protocol().begin(connection, what.database(), what.mayStream());
          return false;
        });
    try (Pieces out = new Pieces(this)) {
      ForeignOutcome outcome =
          switch (what.want()) {
            case SIMPLE -> simple(connection, out);
            case PREPARED -> prepared(connection, placed(text), out);
            case DESCRIPTION -> description(connection, placed(text), out);
          };
      out.flush();
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
      return outcome;
    }
  }

  /** Servers may heed a limit in changes, too: fewer rows would be changed. */
  private int mostRows() {
    return what.kind() == StatementKind.SELECT ? what.maxRows() : 0;
  }

  private ForeignOutcome simple(Connection connection, Pieces out) throws SQLException, Refused {
    try (Statement simple = connection.createStatement()) {
      simple.setEscapeProcessing(false);
      simple.setFetchSize(source.protocol().fetchSize());
      simple.setMaxRows(mostRows());
      move(Stage.RUNNING, simple);
      return result(simple, begun(() -> simple.execute(what.format().text())), out);
    }
  }

  private ForeignOutcome prepared(Connection connection, PlaceholderText text, Pieces out)
      throws SQLException, Refused {
    if (text.parameters() > what.format().given()) {
      throw new Refused(
          new SQLException(
              "bind message supplies "
                  + what.format().given()
                  + " parameters, but the statement requires "
                  + text.parameters(),
              Sqlstate.PROTOCOL_VIOLATION));
    }
    try (PreparedStatement prepared = prepare(connection, text)) {
      prepared.setFetchSize(source.protocol().fetchSize());
      prepared.setMaxRows(mostRows());
      begun(
          () -> {
            what.format().bind(prepared, text.numbers());
            return false;
          });
      move(Stage.RUNNING, prepared);
      return result(prepared, begun(prepared::execute), out);
    }
  }

  private ForeignOutcome description(Connection connection, PlaceholderText text, Pieces out)
      throws SQLException, Refused {
    try (PreparedStatement prepared = prepare(connection, text)) {
      ResultSetMetaData columns = prepared.getMetaData();
      boolean rows = columns != null && columns.getColumnCount() > 0;
      what.format().describe(text.parameters(), rows ? columns : null, out.out());
      return new ForeignOutcome(null, 0, columns != null, false);
    }
  }

  private static PlaceholderText placed(Optional<PlaceholderText> text) throws Refused {
    return text.orElseThrow(
        () ->
            new Refused(
                new SQLException(
                    "the text ends inside a token, or has a parameter that is none",
                    Sqlstate.SYNTAX_ERROR)));
  }

  private static PreparedStatement prepare(Connection connection, PlaceholderText text)
      throws Refused {
    try {
      return connection.prepareStatement(
          text.text(), ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    } catch (SQLException e) {
      throw new Refused(e);
    }
  }

  /** Step before a result: if it fails, the connection is as good as before. */
  private interface Beginning {
    boolean execute() throws SQLException;
  }

  private static boolean begun(Beginning statement) throws Refused {
    try {
      return statement.execute();
    } catch (SQLException e) {
      throw new Refused(e);
    }
  }

  private ForeignOutcome result(Statement done, boolean rows, Pieces out) throws SQLException {
    long count = rows ? rows(done, out) : Math.max(0, done.getLargeUpdateCount());
    if (!rows) {
      what.format().noRows(out.out());
    }
    boolean more = done.getMoreResults();
    while (more || done.getUpdateCount() >= 0) {
      if (more) {
        throw new SQLException(
            "a statement with more than one result was forwarded", Sqlstate.FEATURE_NOT_SUPPORTED);
      }
      more = done.getMoreResults();
    }
    SQLWarning warning = done.getWarnings();
    for (int i = 0; warning != null && i < MOST_WARNINGS; i++) {
      what.format().warning(source.errors().warning(warning), out.out());
      warning = warning.getNextWarning();
    }
    return new ForeignOutcome(null, count, rows, what.maxRows() > 0 && count == what.maxRows());
  }

  private long rows(Statement done, Pieces out) throws SQLException {
    long count = 0;
    try (ResultSet result = done.getResultSet()) {
      what.format().begin(result.getMetaData(), out.out());
      while (result.next()) {
        what.format().row(result, out.out());
        out.flushFull();
        count++;
      }
      return count;
    } catch (SQLException | RuntimeException e) {
      abort(done); // or closing would wait for all the rows that are left
      throw e;
    }
  }

  // ---- who takes the pieces

  ByteBuf buffer() {
    return reply.buffer();
  }

  void piece(ByteBuf consumed) throws SQLException {
    boolean taken = false;
    try {
      room.acquire();
      ServerError why = cancelled();
      if (why != null) {
        throw new SQLException(why.message(), why.sqlState());
      }
      reply.piece(consumed);
      taken = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("the data source is being closed", Sqlstate.ADMIN_SHUTDOWN, e);
    } finally {
      if (!taken) {
        consumed.release();
      }
    }
  }
}
