package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;

/**
 * What becomes of one message of a client by its type, with a server connection and without: who
 * handles it, and whether it may be handled now.
 */
final class ClientMessages {
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final ClientSession session;
  private final RequestReader requests;
  private final LimitSettings limits;
  private final ClientInput input;
  private final BatchReplay replay;
  private final Course course;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final SimpleStatements simple;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final BatchJudgement ahead;
  private final LocalBatch local;
  private final ClosingBatch closing;
  private final CopyAndCalls copies;
  private final DelayedBegin begin;
  private final ForeignBatch foreign;
  private final QueryMessages queries;

  private boolean flushSeen;

  /**
   * @param requests whose input, course and replay are there already
   */
  ClientMessages(
      ClientSession session,
      RequestReader requests,
      LoopContext loop,
      LoopSessions sessions,
      LimitSettings limits) {
    this.session = session;
    this.requests = requests;
    this.limits = limits;
    this.input = requests.input();
    this.replay = requests.replay();
    this.course = requests.course();
    SessionSchema schema = new SessionSchema(session);
    this.names =
        new ServerNames(
            session,
            session.carried(),
            session.transaction(),
            session.resolution(),
            input,
            new ClientStatements(
                session.carried().names(),
                sessions.statements(),
                session.resolution(),
                schema,
                session.transaction()::definitionsPending),
            schema,
            new ShapeWait(session, requests, loop));
    this.sequences = new SequenceGuard(schema, input, names);
    StatementPorts ports = session.statementPorts();
    PreparedNames prepared = session.carried().names();
    this.closing = new ClosingBatch(ports, prepared, input);
    this.copies = new CopyAndCalls(ports, session.writes(), input, sequences);
    this.unnamed = new UnnamedStatement(sessions.statements(), session.memory().unnamed());
    this.extended = new ExtendedStatements(session, requests, sessions, names, sequences, unnamed);
    this.ahead = new BatchJudgement(course, this::judgesUnruled, input, loop, names, extended);
    this.local = new LocalBatch(ports, prepared, input, names, course, unnamed, extended);
    this.begin =
        new DelayedBegin(ports, prepared, session.transaction(), input, sessions, names, unnamed);
    this.simple =
        new SimpleStatements(
            ports,
            session.carried(),
            session.transaction(),
            session.listening(),
            session.console(),
            session.login().admin(),
            input,
            sessions,
            names,
            sequences,
            unnamed,
            course);
    ForeignCalls calls = session.foreign();
    Destinations destinations = session.lease().destinations();
    ForeignStatements elsewhere =
        new ForeignStatements(
            ports, calls, destinations, session.carried(), input, course, unnamed);
    this.foreign =
        new ForeignBatch(
            ports,
            calls,
            destinations,
            prepared,
            requests,
            input,
            course,
            sessions,
            limits,
            names,
            unnamed,
            extended,
            elsewhere);
    this.queries =
        new QueryMessages(
            ports,
            destinations,
            session.listening(),
            requests,
            this::keepForRetry,
            course,
            new RuleCommands(
                ports,
                session.login().admin(),
                session.transactionReplay()::note,
                () ->
                    session
                        .vdb()
                        .surroundings()
                        .catalogues()
                        .current(session.pool().key().database()),
                input,
                course),
            simple,
            elsewhere);
  }

  /** Whether what batches do has to be known even where there are no rules. */
  private boolean judgesUnruled() {
    return session.sharing().enabled() || (session.vdb().pools().led() && course.judges());
  }

  // ---- without a server connection

  /** The Sync of a batch has come, up to which everything was dropped. */
  void skippedToSync() {
    if (foreign.open()) {
      foreign.sync();
    } else {
      answerSync();
    }
  }

  private void answerSync() {
    input.bytes().skipBytes(5);
    ByteBuf reply = session.channel().alloc().buffer(6);
    PgWriter.ready(reply, session.status());
    session.write(reply);
  }

  /**
   * Handles a message, or has a server connection asked for.
   *
   * @return whether the reader may go on
   */
  boolean withoutServer(byte type, long total) {
    if (foreign.open()) {
      if (ForeignBatch.hasMessages(type)) {
        return foreign.message(type, total);
      }
      foreign.end();
    }
    switch (type) {
      case FrontendType.QUERY -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        return queries.withoutServer((int) total);
      }
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE -> {
        if (!firstIsHere(type, total) || !input.batchReady(limits.maxStatementSize())) {
          return false;
        }
        if (type == FrontendType.CLOSE && closing.answer() || !course.ruled() && begin.answer()) {
          return true;
        }
        if (!ahead.go()) {
          requests.block();
          return false;
        }
        if (ahead.awaitsDeferred(limits.maxStatementSize())) {
          return false;
        }
        ServerError refusal = course.refusal();
        if (refusal != null && session.status() == TransactionState.IDLE) {
          course.settled();
          requests.refuse(refusal);
          return false;
        }
        return local.answer() || foreignOrHome(type, total);
      }
      case FrontendType.FUNCTION_CALL -> {
        if (!copies.mayCall(total)) {
          return false;
        }
        if (!course.judgeCall(copies.function(total))) {
          requests.block();
          return false;
        }
        ServerError refusal = course.refusal();
        if (refusal != null && session.status() == TransactionState.IDLE) {
          course.settled();
          requests.refuse(refusal);
          return false;
        }
        return session.lease().need();
      }
      case FrontendType.SYNC -> {
        if (session.loss().transactionLost()) {
          return session.lease().need();
        }
        answerSync();
        return true;
      }
      case FrontendType.FLUSH,
          FrontendType.COPY_DATA,
          FrontendType.COPY_DONE,
          FrontendType.COPY_FAIL -> {
        input.begin(total, true);
        return true;
      }
      case FrontendType.TERMINATE -> {
        session.terminate();
        return false;
      }
      default -> {
        unknownType(type);
        return false;
      }
    }
  }

  /**
   * Whether the first message of a batch can be handled as far as it is here. A session that waits
   * for the rest of its client's message keeps no server connection from others.
   */
  private boolean firstIsHere(byte type, long total) {
    return switch (type) {
      case FrontendType.BIND -> true;
      case FrontendType.PARSE -> input.whole(total, limits.maxStatementSize());
      default -> input.whole(total, MAX_SMALL_MESSAGE);
    };
  }

  private boolean foreignOrHome(byte type, long total) {
    return switch (foreign.begin(type, total)) {
      case HERE -> true;
      case WAIT -> {
        requests.block();
        yield false;
      }
      case NO -> session.lease().need();
    };
  }

  // ---- with a server connection

  /** Sends the BEGIN that was answered before there was a server connection. */
  void sendHeldBegin(ServerConnection server) {
    simple.sendHeldBegin(server);
  }

  /**
   * Handles a message over the session's server connection.
   *
   * @return whether the reader may go on
   */
  boolean withServer(byte type, long total) {
    ServerConnection server = session.server();
    if (beginsAnew(server, type)) {
      if (!firstIsHere(type, total) || !input.batchReady(limits.maxStatementSize())) {
        return false;
      }
      if (!ahead.go() || queries.leaves()) {
        requests.block();
        return false;
      }
      if (ahead.awaitsDeferred(limits.maxStatementSize())) {
        return false;
      }
    } else if (type == FrontendType.FUNCTION_CALL
        && session.lease().destinations().awaitsDeparture()) {
      requests.block();
      return false;
    }
    switch (type) {
      case FrontendType.QUERY -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        return queries.withServer(server, (int) total);
      }
      case FrontendType.BIND -> {
        keepForRetry();
        return extended.bind(server, total);
      }
      case FrontendType.EXECUTE -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        extended.execute(server, (int) total);
        return true;
      }
      case FrontendType.SYNC -> {
        if (course.onItsWay()) {
          course.settled(); // its Parse was refused, so that no Bind has taken the decision
        }
        if (!server.copyIn()) {
          server.expect(ReplyQueue.SYNC, session);
          session.groupSent();
        }
        input.begin(total, false);
        names.afterGroup(server);
        return true;
      }
      case FrontendType.DESCRIBE, FrontendType.CLOSE -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        keepForRetry();
        return extended.describeOrClose(server, type, (int) total);
      }
      case FrontendType.PARSE -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        keepForRetry();
        return extended.parse(server, (int) total);
      }
      default -> {
        return rare(server, type, total);
      }
    }
  }

  /**
   * Whether a batch begins that first hears what rules say to its first statement, as any does
   * outside a transaction: they may want it elsewhere than what is still on its way, or be ready to
   * send it again.
   */
  private boolean beginsAnew(ServerConnection server, byte type) {
    return switch (type) {
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE ->
          !server.groupOpen()
              && !server.copyIn()
              && (session.status() == TransactionState.IDLE || session.reads().ending())
              && (course.ruled() || session.reads().away());
      default -> false;
    };
  }

  /** The statement that is about to be sent is kept, if a rule may want it sent again. */
  void keepForRetry() {
    if (!course.onItsWay()) {
      return;
    }
    if (session.reads().away()) {
      if (session.status() == TransactionState.IDLE) {
        replay.keepForReplica(input.bytes());
      }
      return;
    }
    course.decision().retry().ifPresent(rule -> replay.keepForRetry(input.bytes(), rule));
    if (session.vdb().pools().led() && course.repeatable() && !course.readsOnly()) {
      replay.keepForFailover(input.bytes());
    }
  }

  private boolean rare(ServerConnection server, byte type, long total) {
    switch (type) {
      case FrontendType.FLUSH -> {
        input.begin(total, false);
        server.flushing();
        flushSeen = true;
        return true;
      }
      case FrontendType.COPY_DATA -> {
        copies.data(server, total);
        return true;
      }
      case FrontendType.COPY_DONE, FrontendType.COPY_FAIL -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        copies.end(server, total);
        return true;
      }
      case FrontendType.FUNCTION_CALL -> {
        return call(server, total);
      }
      case FrontendType.TERMINATE -> {
        session.terminate();
        return false;
      }
      default -> {
        unknownType(type);
        return false;
      }
    }
  }

  /** A function call is judged as the SELECT that would do the same. */
  private boolean call(ServerConnection server, long total) {
    if (!copies.mayCall(total)) {
      return false;
    }
    if (!course.judgeCall(copies.function(total))) {
      requests.block();
      return false;
    }
    ServerError refusal = course.refusal();
    if (refusal != null) {
      if (!input.whole(total, limits.maxStatementSize())) {
        return false;
      }
      simple.refuse(server, refusal, (int) total);
      return true;
    }
    if (course.onItsWay()) {
      course.sent(server);
    }
    return copies.call(server, total);
  }

  /** Answers what a Flush has asked for and the server does not know of. */
  void answerFlush(ServerConnection server) {
    if (flushSeen) {
      flushSeen = false;
      server.answerFlushed();
    }
  }

  private void unknownType(byte type) {
    session.protocolError("invalid frontend message type " + (type & 0xff));
  }

  // ---- what is known of names and sequences

  /** About how many bytes its portals take at other engines, and the names of its last Parses. */
  long held() {
    return foreign.held() + extended.unansweredNames();
  }

  ExtendedStatements extended() {
    return extended;
  }

  /** An error's text with the names that the client knows, one character for each byte. */
  String inClientsNames(String text) {
    return unnamed.inClientsNames(session.carried().names().inClientsNames(text));
  }

  /** What was to be undone if a Parse on its way fails is not: the session has left it behind. */
  void undoNothing(ServerConnection server) {
    unnamed.undoNothing(server);
  }

  void forgetSequences(ServerConnection server) {
    sequences.forget(server);
  }

  /**
   * A statement is about to run that may ask for sequence values out of sight.
   *
   * @param known whether it is known to ask
   */
  void guardSequences(ServerConnection server, boolean known) {
    sequences.beforeUnseen(server, known);
  }

  void forget() {
    unnamed.forget();
  }
}
