package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat;
import dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat.Asked;
import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedTexts;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.ForeignCalls;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.ForwardableRequests;
import dev.heimdall.engine.session.answer.ForwardedStatements;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Statements that go to a data source of another engine, in both spellings: a Query, or a batch of
 * the extended protocol, message by message, up to its Sync. What a batch prepares is remembered as
 * if a server had it.
 */
final class ForeignRequests implements ForwardableRequests {
  private static final Set<String> UTF8 = Set.of("utf8", "utf-8", "unicode");
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  /** Of a Describe or Close, ahead of the name: whether it is a statement's or a portal's. */
  private static final int KIND = 1;

  /** Of an Execute, behind the name: how many rows it may bring. */
  private static final int ROWS = 4;

  private final HandledClient client;
  private final ForeignCalls calls;
  private final Destinations destinations;
  private final PreparedNames own;
  private final LimitSettings limits;
  private final ClientRequests requests;
  private final RequestCursor cursor;
  private final ClientInput pending;
  private final ServerNames names;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final SessionState carried;
  private final ForwardedStatements forwarded;
  private final PreparedTexts prepared;
  private final ForeignReplies replies;
  private final ForeignPortals portals;
  private final ForeignParses parses;

  /** Data source that the open batch goes to; null while there is none. */
  ForeignSource source;

  private String database;

  private ServerError error;

  /** The portal whose Describe waits for its Execute, so that both are one question. */
  private String described;

  ForeignRequests(
      RequestParts parts,
      RequestCursor cursor,
      ServerNames names,
      UnnamedStatement unnamed,
      ExtendedStatements extended) {
    this.client = parts.client();
    this.calls = parts.foreign();
    this.destinations = parts.destinations();
    this.carried = parts.carried();
    this.own = carried.names();
    this.limits = parts.limits();
    this.portals = new ForeignPortals(limits.maxPipeline(), limits.maxStatementSize());
    this.requests = parts.control();
    this.cursor = cursor;
    this.pending = parts.input();
    this.names = names;
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.unnamed = unnamed;
    this.extended = extended;
    this.forwarded = new ForwardedStatements(parts, this, this::forward);
    this.prepared = new PreparedTexts(own, unnamed);
    this.replies = new ForeignReplies(client, client.encoder());
    this.parses = new ForeignParses(parts, cursor, names, unnamed, replies);
  }

  /** True if a batch is open, which the next message belongs to. */
  boolean open() {
    return source != null;
  }

  // ---- their beginning

  /** The responder that has them carried out. */
  Responder responder() {
    return forwarded;
  }

  /** True if the judged statement goes to a data source of another engine. */
  boolean takes() {
    return forwarded.source(next.effects()) != null;
  }

  @Override
  public String obstacle() {
    String encoding = carried.variables().get("client_encoding");
    return encoding == null || UTF8.contains(encoding.toLowerCase(Locale.ROOT))
        ? null
        : "the client_encoding " + encoding;
  }

  private Outcome forward(Request asked) {
    PostgresRequest request = (PostgresRequest) asked;
    return switch (request.type) {
      case FrontendType.QUERY -> query(request.total);
      case FrontendType.FUNCTION_CALL, FrontendType.SYNC -> Outcome.NEXT;
      default -> batch(request.type);
    };
  }

  /** Has the judged Query at the reader's position carried out. */
  private Outcome query(int total) {
    StatementFacts facts = next.effects();
    ForeignSource to = forwarded.source(facts);
    if (to == null) {
      return Outcome.NEXT;
    }
    ByteBuf in = pending.bytes();
    String sql =
        next.decision()
            .transformed()
            .orElseGet(() -> in.toString(in.readerIndex() + 5, total - 6, StandardCharsets.UTF_8));
    return forwarded.run(
        to,
        facts,
        Want.SIMPLE,
        PostgresForeignFormat.query(sql),
        0,
        () -> {
          pending.begin(total, true);
          unnamed.forget();
        },
        outcome -> answered(outcome, facts, sql));
  }

  private void answered(ForeignOutcome outcome, StatementFacts facts, String sql) {
    if (outcome.error() != null) {
      replies.error(outcome.error());
    } else {
      replies.complete(ForeignTag.of(facts, sql, outcome));
    }
    replies.ready();
    client.answeredElsewhere(outcome.error());
  }

  private void begin(ForeignSource where, Decision decision) {
    source = where;
    database = destinations.foreignDatabase(where, decision);
    error = null;
    client.sentElsewhere();
  }

  /** Begins the batch at the reader's position if it goes to another engine. */
  private Outcome batch(byte type) {
    ForeignSource found = null;
    Decision decision = null;
    if (next.onItsWay()) {
      decision = next.decision();
      found = takes() && !lifecycle.deferral().wanted() ? destinations.foreign() : null;
    } else if (type == FrontendType.PARSE || type == FrontendType.DESCRIBE) {
      byte[] text = text(type);
      if (text == null) {
        return Outcome.NEXT;
      }
      if (!lifecycle.preview(text, text.length, names.lexerMode(text, 0, text.length))) {
        requests.block();
        return Outcome.WAIT;
      }
      decision = lifecycle.previewed().decision();
      found = forwarded.source(lifecycle.previewed().effects(), decision);
    }
    if (found == null || !client.admits()) {
      return Outcome.NEXT;
    }
    begin(found, decision);
    return Outcome.DONE;
  }

  /** The text that a batch without a Bind begins with; null where that is not known. */
  private byte[] text(byte type) {
    if (cursor.read().count() == 0) {
      return null;
    }
    int at = cursor.body(0);
    int end = cursor.end(0);
    if (type == FrontendType.DESCRIBE) {
      ClassifiedText examined =
          end - at > 1 && cursor.bytes().getByte(at) == 'S'
              ? extended.examinedOf(cursor.bytes(), at + 1, end - at - 2)
              : null;
      return examined == null ? null : Arrays.copyOf(examined.sql(), examined.length());
    }
    int name = cursor.string(at, end);
    int text = name < 0 ? -1 : cursor.string(at + name + 1, end);
    return text < 0 ? null : cursor.copy(at + name + 1, at + name + 1 + text);
  }

  // ---- the messages of a batch

  /**
   * Handles the message at the reader's position.
   *
   * @return whether the reader may go on
   */
  boolean message(byte type, long total) {
    boolean text = type == FrontendType.PARSE || type == FrontendType.BIND;
    if (!pending.whole(total, text ? limits.maxStatementSize() : MAX_SMALL_MESSAGE)) {
      return false;
    }
    cursor.read();
    if (described != null && !executes(type)) {
      describePortal();
      return true;
    }
    switch (type) {
      case FrontendType.PARSE -> {
        return parses.parse(this::fail);
      }
      case FrontendType.BIND -> {
        return bind();
      }
      case FrontendType.DESCRIBE, FrontendType.EXECUTE, FrontendType.CLOSE -> named(type);
      case FrontendType.FLUSH -> pending.begin(total, true);
      case FrontendType.TERMINATE -> {
        client.terminate();
        return false;
      }
      default -> sync();
    }
    return true;
  }

  /** True if a message of this type can belong to the batch. */
  static boolean hasMessages(byte type) {
    return switch (type) {
      case FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE,
          FrontendType.FLUSH,
          FrontendType.SYNC,
          FrontendType.TERMINATE ->
          true;
      default -> false;
    };
  }

  /** The batch ends with its Sync at the reader's position. */
  void sync() {
    pending.bytes().skipBytes(5);
    replies.ready();
    end();
    client.batchEnded();
  }

  /** About how many bytes its portals take. */
  long held() {
    return open() ? portals.bytes() : 0;
  }

  /** The batch is over, with or without a Sync. */
  void end() {
    source = null;
    described = null;
    portals.clear();
    client.answeredElsewhere(error);
    error = null;
  }

  private boolean bind() {
    ByteBuf in = cursor.bytes();
    int at = cursor.body(0);
    int end = cursor.end(0);
    int portalLength = cursor.string(at, end);
    int nameAt = at + portalLength + 1;
    int nameLength = portalLength < 0 ? -1 : cursor.string(nameAt, end);
    if (nameLength < 0) {
      client.protocolError("invalid string in message");
      return false;
    }
    int nameEnd = nameAt + nameLength;
    ClassifiedText examined = extended.examinedOf(in, nameAt, nameLength);
    if (examined != null && !lifecycle.judge(examined)) {
      requests.block();
      return false;
    }
    byte[] name = cursor.copy(nameAt, nameEnd);
    byte[] body = prepared.body(name);
    List<Parameter> parameters =
        body == null
            ? null
            : BindParameters.read(in, nameEnd + 1, end, StatementBody.types(body, body.length));
    if (body != null && parameters == null) {
      client.protocolError("invalid message format");
      return false;
    }
    List<Integer> formats = BindParameters.resultFormats(in, nameEnd + 1, end);
    String portal = text(cursor.copy(at, at + portalLength));
    ServerError refusal = next.refusal();
    if (refusal == null && body == null) {
      refusal = StatementNames.missing(name);
    }
    take();
    if (refusal == null) {
      StatementFacts facts = prepared.facts(name);
      refusal = facts.kind() == StatementKind.EMPTY ? null : forwarded.refusal(facts, source);
      if (refusal == null) {
        refusal = portals.put(portal, portal(body, facts, parameters, formats));
      }
    }
    if (examined != null) {
      lifecycle.sentElsewhere();
    }
    if (refusal != null) {
      fail(refusal);
    } else {
      replies.say(BackendType.BIND_COMPLETE);
    }
    return true;
  }

  private ForeignPortal portal(
      byte[] body, StatementFacts facts, List<Parameter> parameters, List<Integer> formats) {
    Decision decision = next.decision();
    String sql = StatementBody.sql(body);
    String tag = null;
    if (decision.result().isPresent()) {
      byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
      tag =
          ResultTag.of(
              facts, Unpooled.wrappedBuffer(bytes), 0, bytes.length, decision.result().getAsInt());
    }
    return new ForeignPortal(sql, facts, types(body), parameters, formats, tag);
  }

  private static List<Integer> types(byte[] body) {
    return Arrays.stream(StatementBody.types(body, body.length)).boxed().toList();
  }

  /**
   * Handles a message that has only the name of a statement or a portal; one that is cut, or has
   * more, fails.
   */
  private void named(byte type) {
    boolean executes = type == FrontendType.EXECUTE;
    int at = cursor.body(0) + (executes ? 0 : KIND);
    byte[] name = name(at);
    if (name == null || at + name.length + 1 + (executes ? ROWS : 0) != cursor.end(0)) {
      take();
      fail(ServerError.error("08P01", "invalid message format"));
      return;
    }
    switch (type) {
      case FrontendType.EXECUTE -> execute(name);
      case FrontendType.DESCRIBE -> describe(cursor.bytes().getByte(at - KIND), name);
      default -> close(cursor.bytes().getByte(at - KIND), name);
    }
  }

  private void describe(byte kind, byte[] name) {
    take();
    if (kind == 'S') {
      describeStatement(name);
      return;
    }
    ForeignPortal portal = portals.get(text(name));
    if (portal == null) {
      fail(noPortal(name));
    } else if (portal.tag() != null || portal.facts().kind() == StatementKind.EMPTY) {
      replies.say(BackendType.NO_DATA);
    } else {
      described = text(name);
    }
  }

  private void describeStatement(byte[] name) {
    byte[] body = prepared.body(name);
    if (body == null) {
      fail(StatementNames.missing(name));
      return;
    }
    ServerError refusal = forwarded.refusal(prepared.facts(name), source);
    if (refusal != null) {
      fail(refusal);
      return;
    }
    ask(
        new ForeignStatement(
            Want.DESCRIPTION,
            prepared.facts(name).kind(),
            new PostgresForeignFormat(
                StatementBody.sql(body), types(body), List.of(), List.of(), Asked.STATEMENT),
            database,
            0));
  }

  private void describePortal() {
    ForeignPortal portal = portals.get(described);
    described = null;
    ask(portal.description(database));
  }

  private void ask(ForeignStatement description) {
    calls.run(
        source,
        description,
        outcome -> {
          if (outcome.error() != null) {
            fail(outcome.error());
          }
        });
  }

  /** True if the message at the reader's position is the Execute of the described portal. */
  private boolean executes(byte type) {
    byte[] name = type == FrontendType.EXECUTE ? name(cursor.body(0)) : null;
    return name != null && text(name).equals(described);
  }

  private void execute(byte[] name) {
    int maxRows = Math.max(0, cursor.bytes().getInt(cursor.end(0) - ROWS));
    boolean first = described != null;
    described = null;
    take();
    ForeignPortal portal = portals.get(text(name));
    if (portal == null) {
      fail(noPortal(name));
      return;
    }
    if (portal.tag() != null) {
      replies.complete(portal.tag());
      return;
    }
    if (portal.facts().kind() == StatementKind.EMPTY) {
      replies.say(BackendType.EMPTY_QUERY);
      return;
    }
    portals.remove(text(name)); // all that is left of it would have to be asked for again
    calls.run(
        source, portal.execution(database, first, maxRows), outcome -> executed(outcome, portal));
  }

  private void executed(ForeignOutcome outcome, ForeignPortal portal) {
    if (outcome.error() != null) {
      fail(outcome.error());
    } else if (outcome.limited() && outcome.result()) {
      replies.say(BackendType.PORTAL_SUSPENDED);
    } else {
      replies.complete(ForeignTag.of(portal.facts(), portal.sql(), outcome));
    }
  }

  private void close(byte kind, byte[] name) {
    take();
    if (kind != 'S') {
      portals.remove(text(name));
    } else if (name.length == 0) {
      unnamed.forget();
    } else {
      own.remove(name);
    }
    replies.say(BackendType.CLOSE_COMPLETE);
  }

  /** The rest of the batch is void. */
  private void fail(ServerError why) {
    error = why;
    described = null;
    lifecycle.abandon(why);
    replies.error(why);
    requests.skipToSync();
  }

  private static ServerError noPortal(byte[] name) {
    return ServerError.error("34000", "portal \"" + text(name) + "\" does not exist")
        .withDetail("A portal of a forwarded statement can be executed once, in its own batch.");
  }

  // ---- the message at the reader's position

  private void take() {
    pending.begin(cursor.total(0), true);
  }

  /** Null where it has no end. */
  private byte[] name(int from) {
    int length = cursor.string(from, cursor.end(0));
    return length < 0 ? null : cursor.copy(from, from + length);
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }
}
