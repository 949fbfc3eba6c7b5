package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.ParsedNames;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.pipeline.AnswerOrder;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CachedAnswers;
import dev.heimdall.engine.session.answer.DeferredStatements;
import dev.heimdall.engine.session.answer.DelayedBegins;
import dev.heimdall.engine.session.answer.RuleResults;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.RuleQuestions;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Supplier;

/**
 * Handling of one message of a client by its type, with a server connection and without: the
 * component that handles it, and whether it may be handled now.
 */
final class ClientMessages implements RequestHandler {
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final HandledClient client;
  private final LoggedInSession owner;
  private final ClientRequests requests;
  private final LimitSettings limits;
  private final ClientInput input;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
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
  private final CopyAndCalls copies;
  private final ForeignRequests foreign;
  private final Listening listening;
  private final RequestCursor cursor;
  private final LocalAnswers local;
  private final LoneStatement statement;
  private final RuleCommands rules;
  private final List<Responder> commands;
  private final CachedStatements cached;
  private final PostgresRequest request;
  private final AnswerOrder order;

  private final HandedStatements handed;
  private boolean flushSeen;

  /** Group of which the node has put in the end, and which is not answered; or -1. */
  private long putInEnd = -1;

  ClientMessages(RequestParts parts) {
    this.client = parts.client();
    this.owner = client.owner();
    this.requests = parts.control();
    this.limits = parts.limits();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.carried = parts.carried();
    this.destinations = parts.destinations();
    LoopSessions sessions = parts.sessions();
    ClientTransaction transaction = parts.transaction();
    PreparedNames prepared = carried.names();
    this.notes = new UnitNotes(prepared);
    this.names =
        new ServerNames(
            client,
            carried,
            new StartValues(carried, sessions.classifier()),
            parts.resolution(),
            input,
            new ClientStatements(
                prepared,
                sessions.statements(),
                parts.resolution(),
                client.schemaEpochs(),
                transaction::definitionsPending,
                !client.settings().multiplex()),
            new ShapeWait(client, requests, transaction, parts.loop()));
    this.sequences = new SequenceGuard(client, input, names);
    this.cursor = new RequestCursor(input);
    this.local = new LocalAnswers(client, input);
    this.listening = parts.listening();
    this.copies = new CopyAndCalls(parts, sequences);
    this.unnamed =
        new UnnamedStatement(
            sessions.statements(), parts.memory().unnamed(), this::isIdle, parts.loop()::now);
    this.handed = new HandedStatements(parts, names, unnamed);
    this.extended = new ExtendedStatements(parts, names, sequences, unnamed);
    this.ahead =
        new BatchJudgement(
            client,
            destinations,
            lifecycle,
            this::judgesUnruled,
            cursor,
            parts.loop(),
            names,
            extended);
    this.simple = new SimpleStatements(parts, names, sequences, unnamed);
    this.foreign = new ForeignRequests(parts, cursor, names, unnamed, extended);
    this.statement = new LoneStatement(cursor, next, sessions, names, prepared);
    UnsentStatement unsent =
        new UnsentStatement(client, lifecycle, prepared, names, unnamed, extended, statement);
    this.rules =
        new RuleCommands(
            client,
            requests,
            client.encoder(),
            input,
            parts.loop(),
            new RuleQuestions(
                parts.admin(),
                parts.notes()::note,
                parts.cached()::how,
                parts.cached()::by,
                parts.catalogue(),
                lifecycle));
    this.commands = List.of(this::command);
    this.cached = new CachedStatements(parts, unsent, statement);
    this.request = new PostgresRequest(parts, unsent, unnamed, statement);
    ClosingBatch closing = new ClosingBatch(client, parts.notes(), prepared, cursor);
    this.order =
        new AnswerOrder(
            asked -> request.type == FrontendType.CLOSE ? closing.answer(asked) : Outcome.NEXT,
            new RuleResults(parts),
            new CachedAnswers(parts, cached),
            new DelayedBegins(parts),
            new NameCommands(
                client,
                carried,
                parts.listening(),
                lifecycle,
                unnamed,
                statement,
                names.own().keepsNames()),
            new DeferredStatements(parts, new DeferrableQueries(client, names, simple, statement)),
            foreign.responder());
  }

  /** One that is only prepared ends nothing. */
  @Override
  public boolean endsTransaction() {
    if (!next.onItsWay() || !next.effects().endsTransaction()) {
      return false;
    }
    cursor.read();
    return cursor.isQuery() || cursor.executes();
  }

  /** True if what batches do has to be known even where there are no rules. */
  private boolean judgesUnruled() {
    return client.mayShare() || (client.led() && lifecycle.judges());
  }

  // ---- the steps of the path

  @Override
  public Outcome dialogue(byte type, long total) {
    if (foreign.source == null) {
      return Outcome.NEXT;
    }
    if (ForeignRequests.hasMessages(type)) {
      return foreign.message(type, total) ? Outcome.DONE : Outcome.WAIT;
    }
    foreign.end();
    return Outcome.NEXT;
  }

  @Override
  public boolean framed(ServerConnection server, byte type, long total) {
    return switch (type) {
      case FrontendType.QUERY -> input.whole(total, limits.maxStatementSize());
      case FrontendType.FUNCTION_CALL -> copies.mayCall(total);
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE ->
          (server != null
                  && !beginsAnew(server)
                  && !(cached.behindFlush && cached.parsesBehindFlush(server, type)))
              || (firstIsHere(type, total)
                  && BatchShape.ready(cursor.read(), limits.maxStatementSize()));
      default -> true;
    };
  }

  @Override
  public boolean begins(ServerConnection server, byte type) {
    return switch (type) {
      case FrontendType.QUERY, FrontendType.FUNCTION_CALL -> true;
      case FrontendType.BIND, FrontendType.PARSE ->
          server == null
              || beginsAnew(server)
              || (cached.behindFlush && cached.beginsBehindFlush(server, type));
      case FrontendType.DESCRIBE, FrontendType.EXECUTE, FrontendType.CLOSE ->
          server == null || beginsAnew(server);
      // The transaction has failed that a Sync would end: the server is to say so.
      case FrontendType.SYNC -> server == null && client.transactionLost();
      default -> false;
    };
  }

  @Override
  public boolean judged(byte type, long total) {
    boolean judged =
        switch (type) {
          case FrontendType.QUERY -> simple.judge((int) total);
          case FrontendType.FUNCTION_CALL -> lifecycle.judgeCall(copies.function(total), copying());
          case FrontendType.SYNC -> true;
          default -> ahead.go();
        };
    if (!judged) {
      requests.block();
      return false;
    }
    return type == FrontendType.QUERY
        || type == FrontendType.FUNCTION_CALL
        || !ahead.awaitsDeferred(limits.maxStatementSize());
  }

  private boolean copying() {
    return client.server() != null && client.server().copyIn();
  }

  @Override
  public Request request(ServerConnection server, byte type, long total) {
    return request.at(server, type, total);
  }

  @Override
  public List<Responder> commands() {
    return commands;
  }

  @Override
  public AnswerOrder answerOrder() {
    return order;
  }

  @Override
  public boolean leaves(byte type) {
    if (cached.behindFlush && cached.beginsBehindFlush(client.server(), type)) {
      return false; // the beginning of its batch is there
    }
    boolean leaves = destinations.awaitsDeparture();
    if (!leaves
        && type != FrontendType.FUNCTION_CALL
        && client.outstanding() == 0
        && foreign.takes()) {
      client.settle();
      leaves = true;
    }
    if (leaves) {
      requests.block();
    }
    return leaves;
  }

  @Override
  public boolean aside(byte type, long total) {
    return local.message(type, total);
  }

  @Override
  public void skipped() {
    if (foreign.open()) {
      foreign.sync();
    } else {
      local.sync();
    }
  }

  /**
   * True if the first message of a batch can be handled as far as it is here. A session that waits
   * for the rest of its client's message keeps no server connection from others.
   */
  private boolean firstIsHere(byte type, long total) {
    return switch (type) {
      case FrontendType.BIND -> true;
      case FrontendType.PARSE -> input.whole(total, limits.maxStatementSize());
      default -> input.whole(total, MAX_SMALL_MESSAGE);
    };
  }

  // ---- who answers

  /**
   * Calls the handlers that precede rules: they answer messages that are no statement of the
   * application.
   */
  private Outcome command(Request asked) {
    if (request.type != FrontendType.QUERY) {
      return Outcome.NEXT;
    }
    int total = request.total;
    if (!simple.isForConsole(total)) {
      return rules.answer(total);
    }
    if (client.outstanding() > 0) {
      return blocked(); // its reply comes after those that are pending
    }
    simple.toConsole(total);
    return Outcome.DONE;
  }

  /** Waits: the component in the way makes the reader come again. */
  private Outcome blocked() {
    requests.block();
    return Outcome.WAIT;
  }

  // ---- with a server connection

  @Override
  public void begun(ServerConnection server) {
    cached.begun(server);
  }

  @Override
  public boolean forward(ServerConnection server, byte type, long total) {
    if (putInEnd >= 0 && client.outstanding() > 0) {
      requests.block(); // after an error what follows is void
      return false;
    }
    cached.behindFlush = false;
    switch (type) {
      case FrontendType.QUERY -> {
        return query(server, (int) total);
      }
      case FrontendType.BIND -> {
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
        if (next.onItsWay()) {
          lifecycle.settled(); // its Parse was refused, so that no Bind has taken the decision
        }
        if (!server.copyIn()) {
          server.expect(ReplyQueue.SYNC, owner);
          client.groupSent();
        }
        input.begin(total, false);
        if (client.status() == TransactionState.IDLE) {
          extended.transactionOver();
        }
        return true;
      }
      case FrontendType.DESCRIBE, FrontendType.CLOSE -> {
        if (!input.whole(total, MAX_SMALL_MESSAGE)) {
          return false;
        }
        return extended.describeOrClose(server, type, (int) total);
      }
      case FrontendType.PARSE -> {
        if (!input.whole(total, limits.maxStatementSize())) {
          return false;
        }
        boolean elsewhere =
            ahead.describesAhead && !server.groupOpen() && client.outstanding() == 0;
        return extended.parse(server, (int) total, elsewhere);
      }
      default -> {
        return rare(server, type, total);
      }
    }
  }

  /**
   * True if a batch begins that first hears what rules say to its first statement: outside of a
   * transaction they may want it elsewhere or be ready to send it again, within one have it cached.
   */
  private boolean beginsAnew(ServerConnection server) {
    return !server.groupOpen()
        && !server.copyIn()
        && (client.status() == TransactionState.IDLE
            || client.endingAway()
            || cached.mayAnswerInside())
        && (lifecycle.ruled() || client.away());
  }

  private boolean query(ServerConnection server, int total) {
    if (simple.awaitsName(server)) {
      requests.block();
      return false;
    }
    if (!listening.ready(next.effects(), next.mayNotify(), server) || !simple.ready(server)) {
      return false;
    }
    simple.query(server, total);
    return true;
  }

  private boolean rare(ServerConnection server, byte type, long total) {
    switch (type) {
      case FrontendType.FLUSH -> {
        if (endsGroup(server)) {
          return true;
        }
        putInEnd = -1;
        input.begin(total, false);
        server.replies().flushing();
        flushSeen = true;
        cached.behindFlush = true;
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
      default -> {
        return local.unknown(type);
      }
    }
  }

  /**
   * Ends the group behind a read that was parsed and described, and not bound: a Sync goes to the
   * server in the place of a Flush. So the connection is free, and the read is run where reads go.
   */
  private boolean endsGroup(ServerConnection server) {
    if (!extended.runsElsewhere()
        || !server.groupOpen()
        || server.replies().statements() > 0
        || client.outstanding() > 0
        || client.status() != TransactionState.IDLE) {
      return false;
    }
    input.cut();
    input.bytes().skipBytes(MessageFormat.HEADER);
    PgWriter.empty(input.out(MessageFormat.HEADER), FrontendType.SYNC);
    server.expect(ReplyQueue.SYNC_OURS, owner);
    putInEnd = carried.sent();
    client.groupSent();
    extended.groupEnded();
    return true;
  }

  @Override
  public boolean takePutInEnd() {
    boolean was = putInEnd >= 0;
    putInEnd = -1;
    return was;
  }

  @Override
  public void answered(ServerConnection from, ServerError error) {
    if (putInEnd >= 0 && carried.done() > putInEnd) {
      boolean its = carried.done() == putInEnd + 1;
      putInEnd = -1;
      if (!its) {
        return;
      }
      if (error != null) {
        requests.skipToSync();
      } else {
        client.awaitsRestOfBatch(true);
      }
    }
  }

  private boolean call(ServerConnection server, long total) {
    ServerError refusal = next.refusal();
    if (refusal != null) {
      if (!input.whole(total, limits.maxStatementSize())) {
        return false;
      }
      simple.refuse(server, refusal, (int) total);
      return true;
    }
    return copies.call(server, total);
  }

  @Override
  public void handled(ServerConnection server) {
    if (flushSeen) {
      flushSeen = false;
      server.replies().answerFlushed();
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

  // ---- what is known of names and sequences

  @Override
  public long held() {
    return foreign.held() + extended.unansweredNames();
  }

  // ---- what may be shared, or sent again

  @Override
  public boolean shareable(int most) {
    return shape.shareable(cursor.read(), most);
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
    return StatementNames.inClientsNames(text, carried.names(), unnamed.onServers());
  }

  @Override
  public CarriedOut carriedOut(ServerConnection from, ServerError error) {
    return simple.carriedOut(from);
  }

  @Override
  public void undoNothing(ServerConnection server) {
    unnamed.undoNothing(server);
  }

  @Override
  public Snapshots snapshots() {
    return cached.snapshots();
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
    unnamed.forgetFormers();
    unnamed.forget();
  }

  @Override
  public boolean mayMove() {
    return !foreign.open() && handed.mayMove();
  }

  @Override
  public void write(StateWriter out) {
    handed.write(out);
  }

  @Override
  public void read(StateReader in) {
    handed.read(in);
  }

  private boolean isIdle() {
    return client.server() == null
        && client.outstanding() == 0
        && client.status() == TransactionState.IDLE
        && (input.bytes() == null || !input.bytes().isReadable());
  }
}
