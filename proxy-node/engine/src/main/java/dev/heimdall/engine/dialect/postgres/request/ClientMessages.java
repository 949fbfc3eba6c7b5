package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.answer.PostgresEncoder;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.lease.ClientTransaction;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.ParsedNames;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.BatchReplay;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.Destinations;
import dev.heimdall.engine.session.ForeignCalls;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.StatementOwner;
import dev.heimdall.engine.statement.Course;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * What becomes of one message of a client by its type, with a server connection and without: who
 * handles it, and whether it may be handled now.
 */
final class ClientMessages implements RequestHandler {
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final HandledClient client;
  private final StatementOwner owner;
  private final RequestControl requests;
  private final LimitSettings limits;
  private final ClientInput input;
  private final BatchReplay replay;
  private final Course course;
  private final SessionState carried;
  private final Destinations destinations;
  private final BatchShape shape = new BatchShape();
  private final UnitNotes notes;
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

  ClientMessages(RequestParts parts) {
    this.client = parts.client();
    this.owner = client.owner();
    this.requests = parts.control();
    this.limits = parts.limits();
    this.input = parts.input();
    this.replay = parts.replay();
    this.course = parts.course();
    this.carried = parts.carried();
    this.destinations = parts.destinations();
    LoopSessions sessions = parts.sessions();
    ClientTransaction transaction = parts.transaction();
    PreparedNames prepared = carried.names();
    this.notes = new UnitNotes(prepared);
    this.names =
        new ServerNames(
            owner,
            carried,
            transaction,
            parts.resolution(),
            input,
            new ClientStatements(
                prepared,
                sessions.statements(),
                parts.resolution(),
                client,
                transaction::definitionsPending),
            client,
            new ShapeWait(client, requests, transaction, parts.loop()));
    this.sequences = new SequenceGuard(client, input, names);
    this.closing = new ClosingBatch(client, prepared, input);
    this.copies = new CopyAndCalls(client, parts.writes(), input, sequences);
    this.unnamed = new UnnamedStatement(sessions.statements(), parts.memory().unnamed());
    this.extended = new ExtendedStatements(parts, names, sequences, unnamed);
    this.ahead =
        new BatchJudgement(course, this::judgesUnruled, input, parts.loop(), names, extended);
    this.local = new LocalBatch(client, prepared, input, names, course, unnamed, extended);
    this.begin = new DelayedBegin(client, prepared, transaction, input, sessions, names, unnamed);
    this.simple =
        new SimpleStatements(
            client,
            carried,
            transaction,
            parts.listening(),
            parts.console(),
            parts.admin(),
            input,
            sessions,
            names,
            sequences,
            unnamed,
            course);
    ForeignCalls calls = parts.foreign();
    ForeignStatements elsewhere =
        new ForeignStatements(client, calls, destinations, carried, input, course, unnamed);
    this.foreign =
        new ForeignBatch(
            client,
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
            client,
            destinations,
            parts.listening(),
            requests,
            this::keepForRetry,
            course,
            new RuleCommands(
                client,
                new PostgresEncoder(),
                parts.admin(),
                client::transactionNote,
                parts.catalogue(),
                input,
                course),
            simple,
            elsewhere);
  }

  /** Whether what batches do has to be known even where there are no rules. */
  private boolean judgesUnruled() {
    return client.mayShare() || (client.led() && course.judges());
  }

  // ---- without a server connection

  @Override
  public void skipped() {
    if (foreign.open()) {
      foreign.sync();
    } else {
      answerSync();
    }
  }

  private void answerSync() {
    input.bytes().skipBytes(5);
    ByteBuf reply = client.alloc().buffer(6);
    PgWriter.ready(reply, client.status());
    client.write(reply);
  }

  @Override
  public boolean withoutServer(byte type, long total) {
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
        if (!firstIsHere(type, total)
            || !BatchShape.ready(input.bytes(), limits.maxStatementSize())) {
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
        if (refusal != null && client.status() == TransactionState.IDLE) {
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
        if (refusal != null && client.status() == TransactionState.IDLE) {
          course.settled();
          requests.refuse(refusal);
          return false;
        }
        return client.needServer();
      }
      case FrontendType.SYNC -> {
        if (client.transactionLost()) {
          return client.needServer();
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
        client.terminate();
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
      case NO -> client.needServer();
    };
  }

  // ---- with a server connection

  @Override
  public void sendHeldBegin(ServerConnection server) {
    simple.sendHeldBegin(server);
  }

  @Override
  public boolean withServer(byte type, long total) {
    ServerConnection server = client.server();
    if (beginsAnew(server, type)) {
      if (!firstIsHere(type, total)
          || !BatchShape.ready(input.bytes(), limits.maxStatementSize())) {
        return false;
      }
      if (!ahead.go() || queries.leaves()) {
        requests.block();
        return false;
      }
      if (ahead.awaitsDeferred(limits.maxStatementSize())) {
        return false;
      }
    } else if (type == FrontendType.FUNCTION_CALL && destinations.awaitsDeparture()) {
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
          server.expect(ReplyQueue.SYNC, owner);
          client.groupSent();
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
              && (client.status() == TransactionState.IDLE || client.endingAway())
              && (course.ruled() || client.away());
      default -> false;
    };
  }

  /** The statement that is about to be sent is kept, if a rule may want it sent again. */
  void keepForRetry() {
    if (!course.onItsWay()) {
      return;
    }
    if (client.away()) {
      if (client.status() == TransactionState.IDLE) {
        replay.keepForReplica(input.bytes());
      }
      return;
    }
    course.decision().retry().ifPresent(rule -> replay.keepForRetry(input.bytes(), rule));
    if (client.led() && course.repeatable() && !course.readsOnly()) {
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
        client.terminate();
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

  @Override
  public void handled(ServerConnection server) {
    if (flushSeen) {
      flushSeen = false;
      server.answerFlushed();
    }
  }

  @Override
  public boolean isPrepared(byte kind) {
    return kind == ReplyQueue.PARSE_KNOWN;
  }

  @Override
  public void known(byte kind, Supplier<String> tag, ByteBuf out) {
    switch (kind) {
      case ReplyQueue.PARSE_KNOWN -> PgWriter.empty(out, BackendType.PARSE_COMPLETE);
      case ReplyQueue.CLOSE_KNOWN -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
      case ReplyQueue.BIND_KNOWN -> PgWriter.empty(out, BackendType.BIND_COMPLETE);
      case ReplyQueue.DESCRIBE_KNOWN -> PgWriter.empty(out, BackendType.NO_DATA);
      default -> PgWriter.commandComplete(out, tag.get());
    }
  }

  private void unknownType(byte type) {
    client.protocolError("invalid frontend message type " + (type & 0xff));
  }

  // ---- what is known of names and sequences

  @Override
  public long held() {
    return foreign.held() + extended.unansweredNames();
  }

  // ---- what may be shared, or sent again

  @Override
  public boolean shareable(ByteBuf in, int most) {
    return shape.shareable(in, most);
  }

  @Override
  public boolean runsOn(ServerConnection server) {
    return shape.bindAt() < 0 || extended.runsOn(server, shape.bindAt());
  }

  @Override
  public boolean namesTaken(ByteBuf batch) {
    return ParsedNames.taken(batch, carried.names());
  }

  @Override
  public void freeNames(ByteBuf batch) {
    ParsedNames.free(batch, carried.names());
  }

  @Override
  public void note(Journal journal, ByteBuf in, byte type, int total) {
    notes.note(journal, in, type, total);
  }

  @Override
  public void note(TransactionLog log, ByteBuf from, int at, int length) {
    notes.note(log, from.getByte(at), length > 5 ? from.getByte(at + 5) : 0);
  }

  @Override
  public String inClientsNames(String text) {
    return unnamed.inClientsNames(carried.names().inClientsNames(text));
  }

  @Override
  public void undoNothing(ServerConnection server) {
    unnamed.undoNothing(server);
  }

  @Override
  public void forgetSequences(ServerConnection server) {
    sequences.forget(server);
  }

  @Override
  public void guardSequences(ServerConnection server, boolean known) {
    sequences.beforeUnseen(server, known);
  }

  @Override
  public void forget() {
    unnamed.forget();
  }
}
