package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.Standing;
import dev.heimdall.engine.prepared.StatementShape;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Sees to it that a prepared statement which one client runs answers as it did when the client
 * parsed it, on whatever server connection. A server that has the statement says so itself. One
 * that lacks it parses it anew and knows nothing of an earlier shape: then the node asks it to
 * describe the statement, and compares.
 *
 * <p>The shape is learnt with the first Parse of a text that clients name, from the description
 * that the client asks for with it, or else from one of the node's own: later it cannot be
 * determined any more, for a server with the old plan refuses to describe it once it is stale. What
 * SQL's PREPARE makes, whose clients are told no shape, is described ahead of its first EXECUTE. A
 * statement that is to run where it has to be parsed anew waits for the answer, whether a change of
 * the schema was seen since its shape was found or not: others may change tables past the node.
 * Should it differ though none was seen, the change is noticed for all that follows.
 */
final class ShapeCheck {
  private final HandledClient session;
  private final LoggedInSession client;
  private final Reader reader;
  private final ClientInput pending;
  private final ServerNames names;
  private final NameResolution resolution;
  private PreparedStatement refused;
  private ServerError refusal;

  /** The statement that the client describes right behind its Parse; null for none. */
  private PreparedStatement seen;

  private byte[] seenName;

  /** Suitability of a server for a statement. */
  enum Fit {
    /** It can run. */
    HERE,
    /** It can run once it was parsed there. */
    ABSENT,
    /** The server was asked; the session is woken when it has answered. */
    ASKED,
    /** It has another shape than its client knows. */
    CHANGED,
    /** The server did not take it any more. */
    REFUSED
  }

  /** Reader of the client's messages that waits for the server's answer. */
  interface Reader {
    /** The message at its position cannot be handled now. */
    void block();

    /** It can, when what the server has just sent was passed on. */
    void wake();

    /**
     * The server has refused the statement in a group of the node's own.
     *
     * @param status of the transaction since
     */
    void refuse(ServerError error, TransactionState status);
  }

  ShapeCheck(
      HandledClient session,
      Reader reader,
      ClientInput pending,
      ServerNames names,
      NameResolution resolution) {
    this.session = session;
    this.client = session.owner();
    this.reader = reader;
    this.pending = pending;
    this.names = names;
    this.resolution = resolution;
  }

  /** True if {@link #fit} would let the statement run without asking the server. */
  boolean runsAtOnce(ServerConnection server, PreparedStatement statement) {
    if (names.isMisread(server, statement)) {
      return false; // doubted before it is used, and then asked about
    }
    Standing standing = server.statements().standing(statement);
    return standing == Standing.HERE
        || (standing == Standing.ABSENT && refused != statement && statement.shape() == null);
  }

  /**
   * Returns the suitability of a server for a statement; queries the server if necessary.
   *
   * @param inBatch whether to ask within the client's batch, where an error fails the batch
   */
  Fit fit(ServerConnection server, PreparedStatement statement, boolean inBatch) {
    Standing standing = server.statements().standing(statement);
    if (standing == Standing.HERE) {
      return Fit.HERE;
    }
    if (standing == Standing.ASKED) {
      return Fit.ASKED;
    }
    long epoch = session.schemaEpoch();
    if (standing == Standing.MISFIT) {
      if (server.statements().misfitSince(statement) == epoch) {
        return Fit.CHANGED;
      }
    } else if (refused == statement) {
      return Fit.REFUSED;
    } else if (statement.shape() == null) {
      return Fit.ABSENT; // no client was told one
    }
    if (server.replies().skipping() || !inBatch && server.groupOpen()) {
      return Fit.ABSENT;
    }
    if (inBatch) {
      askInBatch(server, statement, epoch);
    } else {
      askAlone(server, statement, epoch);
    }
    return Fit.ASKED;
  }

  private void askInBatch(ServerConnection server, PreparedStatement statement, long epoch) {
    pending.cut();
    names.parseInBatch(server, statement, null, ReplyQueue.PARSE_OURS);
    server
        .statements()
        .describing(shape -> answered(server, statement, shape, epoch), reader::wake);
    describe(server, pending.out(128), statement, client);
    PgWriter.empty(pending.out(5), FrontendType.FLUSH);
    server.statements().asked(statement);
  }

  private static void describe(
      ServerConnection server, ByteBuf out, PreparedStatement statement, ReplyOwner owner) {
    PgWriter.describeStatement(out, statement.serverName());
    server.expect(ReplyQueue.DESCRIBE_OURS, owner);
  }

  /**
   * In groups of the node's own, both at once: by the time the first is answered the connection may
   * be another session's, which may have begun a batch. If the server does not take the statement,
   * it has no shape to tell either.
   */
  private void askAlone(ServerConnection server, PreparedStatement statement, long epoch) {
    names.makeKnown(
        server,
        statement,
        error -> {
          if (error != null) {
            refused = statement;
            refusal = error;
            reader.wake();
          }
        });
    pending.flushGathered();
    server
        .statements()
        .describing(shape -> answered(server, statement, shape, epoch), reader::wake);
    describeAlone(server, statement);
    server.statements().asked(statement);
  }

  private void describeAlone(ServerConnection server, PreparedStatement statement) {
    ByteBuf out = server.allocate(64);
    ServerNames.Quiet quiet = names.new Quiet();
    describe(server, out, statement, quiet);
    PgWriter.empty(out, FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC, quiet);
    server.write(out);
  }

  private void answered(
      ServerConnection server, PreparedStatement statement, StatementShape shape, long epoch) {
    if (shape.sameColumns(statement.shape())) {
      statement.shape(statement.shape(), epoch);
      server.statements().fits(statement);
    } else if (statement.mayHaveChanged(epoch)) {
      server.statements().misfit(statement, session.schemaEpoch());
    } else {
      unexpected(server, statement);
    }
    reader.wake();
  }

  /**
   * True if the message at the reader's position cannot be sent now: the server is being asked, or
   * has refused the statement in a group of the node's own, outside any of the client's, and the
   * client is told instead.
   */
  boolean holdsUp(ServerConnection server, Fit fit) {
    if (fit == Fit.ASKED) {
      reader.block();
      return true;
    }
    if (fit == Fit.REFUSED) {
      refused = null; // asked again the next time
      reader.refuse(refusal, server.status());
      return true;
    }
    return false;
  }

  /** Learns the shape of a statement whose Parse, a client's, was just sent. */
  void parsed(ServerConnection server, PreparedStatement statement, byte[] name) {
    if (isOfCursor(statement)) {
      return;
    }
    if (describedNext(name)) {
      seen = statement;
      seenName = name;
    } else if (statement.shape() == null) {
      look(server, statement, name);
      describe(server, pending.out(64), statement, client);
    }
  }

  /**
   * Returns the entry for a Describe of the statement in the queue of replies: its answer is
   * examined when the statement was just parsed.
   */
  byte describing(ServerConnection server, PreparedStatement statement) {
    boolean looked = statement != null && statement == seen;
    if (looked) {
      look(server, statement, seenName);
    }
    seen = null;
    return looked ? ReplyQueue.DESCRIBE_SEEN : ReplyQueue.DESCRIBE;
  }

  private void look(ServerConnection server, PreparedStatement statement, byte[] name) {
    long epoch = session.schemaEpoch();
    server.statements().describing(shape -> learnt(server, statement, name, shape, epoch), null);
  }

  /** Learns the shape of a statement made by SQL, known to the server, ahead of its first use. */
  void run(ServerConnection server, PreparedStatement statement) {
    long epoch = session.schemaEpoch();
    if (statement.shape() != null
        || isOfCursor(statement)
        || !resolution.isSettled() && !statement.isAlone()
        || statement.parsedBefore(epoch)
        || server.status() == TransactionState.FAILED
        || server.groupOpen()) {
      return;
    }
    pending.flushGathered();
    server.statements().describing(shape -> statement.shape(shape, epoch), null);
    describeAlone(server, statement);
  }

  private void learnt(
      ServerConnection server,
      PreparedStatement statement,
      byte[] name,
      StatementShape shape,
      long epoch) {
    if (statement.shape() == null) {
      statement.shape(shape, epoch);
    } else if (!shape.equals(statement.shape())) {
      unexpected(server, statement);
      names.own().part(name, statement, shape);
    }
  }

  /** Describes, without waiting, a statement that was parsed anew while nothing seemed changed. */
  void watch(ServerConnection server, PreparedStatement statement) {
    if (statement.shape() != null) {
      server
          .statements()
          .describing(
              shape -> {
                if (!shape.sameColumns(statement.shape())) {
                  unexpected(server, statement);
                }
              },
              null);
      describe(server, pending.out(64), statement, client);
    }
  }

  /** The schema was changed out of the node's sight. */
  private void unexpected(ServerConnection server, PreparedStatement statement) {
    session.schemaChanged();
    server.statements().misfit(statement, session.schemaEpoch());
  }

  /**
   * True if what it returns is up to a cursor, whichever has that name when it runs: PostgreSQL
   * holds it to no earlier shape, and says 34000 where there is none.
   */
  private static boolean isOfCursor(PreparedStatement statement) {
    return statement.facts().kind() == StatementKind.FETCH;
  }

  /** True if the message at the reader's position asks for the description of this statement. */
  private boolean describedNext(byte[] name) {
    ByteBuf input = pending.bytes();
    int at = input.readerIndex();
    int total = 7 + name.length;
    if (input.readableBytes() < total
        || input.getByte(at) != FrontendType.DESCRIBE
        || input.getInt(at + 1) != total - 1
        || input.getByte(at + 5) != 'S') {
      return false;
    }
    byte[] described = new byte[name.length];
    input.getBytes(at + 6, described);
    return Arrays.equals(name, described);
  }

  /** Removes a misfit from the server, in the client's batch. */
  void dropInBatch(ServerConnection server, PreparedStatement statement) {
    pending.cut();
    names.closeInBatch(server, pending.out(64), statement.name());
  }

  /** Removes a misfit from the server ahead of a query of the client. */
  void drop(ServerConnection server, PreparedStatement statement) {
    names.closeOnServer(server, statement.name());
  }
}
