package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text that a server connection prepares for the command at the reader's position. */
final class Preparation {
  /** Of an answer that is kept for other clients; with more, a server is asked each time. */
  private static final int LONGEST_KEPT = 1 << 20;

  /** More than 65,535 parameters and 4,096 columns of a result are told with. */
  private static final int LONGEST_ANSWER = 16 << 20;

  /** "Can't create more than max_prepared_stmt_count statements". */
  private static final int TOO_MANY = 1461;

  private static final Pattern LIMIT = Pattern.compile("\\(current value: ([0-9]{1,9})\\)");

  /** After so long a server has closed what it was told to close on other connections. */
  private static final int ROOM_MADE_MILLIS = 20;

  private final PreparedStatement statement;
  private final ClassifiedText examined;

  /** Error with which a server has rejected it before; null the first time. */
  private final ServerError before;

  /** True if others were closed to make room for it. */
  private boolean madeRoom;

  private boolean underWay;
  private long askedAt;
  private boolean done;
  private ServerError error;
  private KnownAnswer answer;

  Preparation(PreparedStatement statement, ClassifiedText examined) {
    this(statement, examined, null);
  }

  private Preparation(PreparedStatement statement, ClassifiedText examined, ServerError before) {
    this.statement = statement;
    this.examined = examined;
    this.before = before;
  }

  /**
   * Returns the preparation for another attempt, by the present settings. It was rejected by those
   * of its client's PREPARE, and putting those of now back has cleared what SHOW WARNINGS is to
   * show of that.
   */
  Preparation repeated() {
    return new Preparation(statement, examined, error);
  }

  boolean isRepeated() {
    return before != null;
  }

  PreparedStatement statement() {
    return statement;
  }

  ClassifiedText examined() {
    return examined;
  }

  /** True if a server was asked and may still answer; not if its connection was lost. */
  boolean underWay() {
    return underWay;
  }

  boolean done() {
    return done;
  }

  /**
   * Reason that it is not prepared; null where it is. What is repeated is not, whatever comes of
   * it.
   */
  ServerError error() {
    return before != null ? before : error;
  }

  KnownAnswer answer() {
    return answer;
  }

  /**
   * Asks a server, which closes those that were not used for long, and what it has of this one.
   *
   * @param keepsAll whether it must not close any for that: its cursor may be in use
   * @param waits whose command waits for the answer
   * @param ended told when it has answered, or the connection was lost
   */
  void ask(ServerConnection server, boolean keepsAll, ReplyOwner waits, Runnable ended) {
    underWay = true;
    askedAt = server.context().nanoTime();
    makeRoom(server, keepsAll);
    ServerSide.of(server).prepare(statement, new Asked(keepsAll, waits, ended));
  }

  /**
   * The server has as many statements as it takes, of all its clients: those that are kept for
   * nothing but to be there are closed, here and on idle connections, and it is asked once more.
   *
   * @return whether that is still to come
   */
  private boolean asksAgain(ServerConnection server, ServerError refusal, Asked asked) {
    if (madeRoom) {
      return false;
    }
    madeRoom = true;
    limitIn(refusal).ifPresent(server.statements().server()::limit);
    if (!asked.keepsAll) {
      server.requests().closePrepared();
    }
    server.keeper().preparedFull();
    server
        .context()
        .loop()
        .schedule(
            () -> {
              if (server.closed()) {
                underWay = false;
                asked.ended.run();
              } else {
                ServerSide.of(server).prepare(statement, asked.again());
                server.flushNow();
              }
            },
            ROOM_MADE_MILLIS,
            TimeUnit.MILLISECONDS);
    return true;
  }

  /** The server's limit, which its error names. */
  private static OptionalInt limitIn(ServerError refusal) {
    Matcher found = LIMIT.matcher(refusal.message());
    return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
  }

  private void makeRoom(ServerConnection server, boolean keepsAll) {
    ServerStatements there = server.statements();
    if (there.confirmed(statement)) {
      ServerSide.of(server).close(statement.name());
    }
    if (keepsAll) {
      return;
    }
    for (StatementName victim = there.victimOf(statement);
        victim != null;
        victim = there.victimOf(statement)) {
      ServerSide.of(server).close(victim);
    }
    if (there.serverFull()) {
      makeRoomAtServer(server, there);
    }
  }

  /**
   * The node's connections hold as many statements as they may on the server. Those that no client
   * holds go first, here and then on idle connections; then the others, which are prepared again
   * when they are executed.
   */
  private static void makeRoomAtServer(ServerConnection server, ServerStatements there) {
    for (StatementName next = there.unheld();
        next != null && there.serverFull();
        next = there.unheld()) {
      ServerSide.of(server).close(next);
    }
    if (there.serverFull()) {
      server.keeper().preparedNearlyFull(server, false);
    }
    for (StatementName next = there.eldest();
        next != null && there.serverFull();
        next = there.eldest()) {
      ServerSide.of(server).close(next);
    }
    if (there.serverFull()) {
      server.keeper().preparedNearlyFull(server, true);
    }
  }

  /** The command, with its answer. */
  private final class Asked extends InternalQuery {
    private final ByteArrayOutputStream packets = new ByteArrayOutputStream(256);
    private final boolean keepsAll;
    private final ReplyOwner waits;
    private final Runnable ended;

    Asked(boolean keepsAll, ReplyOwner waits, Runnable ended) {
      this.keepsAll = keepsAll;
      this.waits = waits;
      this.ended = ended;
    }

    Asked again() {
      return new Asked(keepsAll, waits, ended);
    }

    @Override
    public boolean answeredElsewhere(ServerConnection from) {
      return waits.answeredElsewhere(from);
    }

    @Override
    protected void notified(ServerConnection from, ByteBuf messages) {
      if (packets.size() + messages.readableBytes() > LONGEST_ANSWER) {
        from.close("an answer of more than " + LONGEST_ANSWER + " bytes to a PREPARE");
        return;
      }
      byte[] run = new byte[messages.readableBytes()];
      messages.getBytes(messages.readerIndex(), run);
      packets.writeBytes(run);
    }

    @Override
    protected void done(ServerConnection from, ServerError refusal) {
      if (refusal != null
          && refusal.number() == TOO_MANY
          && !from.closed()
          && asksAgain(from, refusal, this)) {
        return;
      }
      underWay = false;
      if (!from.closed()) {
        done = true;
        error = refusal;
        if (refusal == null) {
          answered();
        }
      }
      ended.run();
    }

    /** Keeps the server's answer with the statement, unless it is long. */
    private void answered() {
      answer = new KnownAnswer(packets.toByteArray(), askedAt);
      if (packets.size() <= LONGEST_KEPT && !isRepeated()) {
        statement.source(answer);
      }
    }
  }
}
