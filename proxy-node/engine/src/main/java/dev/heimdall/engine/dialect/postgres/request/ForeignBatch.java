package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.lease.Destinations;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedTexts;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.ForeignCalls;
import dev.heimdall.engine.session.ForeignClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A batch of the extended protocol that goes to a data source of another engine, message by
 * message, up to its Sync. What it prepares is remembered as if a server had it.
 */
final class ForeignBatch {
  private static final int MAX_SMALL_MESSAGE = 64 * 1024;

  private final ForeignClient client;
  private final ForeignCalls calls;
  private final Destinations destinations;
  private final PreparedNames own;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final LimitSettings limits;
  private final RequestControl requests;
  private final ClientInput pending;
  private final ServerNames names;
  private final StatementLifecycle lifecycle;
  private final UnnamedStatement unnamed;
  private final ExtendedStatements extended;
  private final ForeignStatements statements;
  private final PreparedTexts prepared;
  private final ForeignReplies replies;
  private final ForeignPortals portals;

  /** Where it goes; null while there is none. */
  private ForeignSource source;

  private String database;

  private ServerError error;

  /** The portal whose Describe waits for its Execute, so that both are one question. */
  private String described;

  /** What is to be done about a batch. */
  enum Begin {
    HERE,
    /** The reader comes again. */
    WAIT,
    NO
  }

  ForeignBatch(
      ForeignClient client,
      ForeignCalls calls,
      Destinations destinations,
      PreparedNames own,
      RequestControl requests,
      ClientInput pending,
      StatementLifecycle lifecycle,
      LoopSessions sessions,
      LimitSettings limits,
      ServerNames names,
      UnnamedStatement unnamed,
      ExtendedStatements extended,
      ForeignStatements statements) {
    this.client = client;
    this.calls = calls;
    this.destinations = destinations;
    this.own = own;
    this.loop = sessions.context();
    this.sessions = sessions;
    this.limits = limits;
    this.portals = new ForeignPortals(limits.maxPipeline(), limits.maxStatementSize());
    this.requests = requests;
    this.pending = pending;
    this.names = names;
    this.lifecycle = lifecycle;
    this.unnamed = unnamed;
    this.extended = extended;
    this.statements = statements;
    this.prepared = new PreparedTexts(own, unnamed);
    this.replies = new ForeignReplies(client);
  }

  /** Whether there is one, which the next message belongs to. */
  boolean open() {
    return source != null;
  }

  // ---- its beginning

  /** Whether the batch at the reader's position goes to another engine; it is open then. */
  Begin begin(byte type, long total) {
    if (!destinations.foreigners()) {
      return Begin.NO;
    }
    ForeignSource found = null;
    Decision decision = null;
    if (lifecycle.onItsWay()) {
      decision = lifecycle.decision();
      found = statements.takes() && !lifecycle.deferral().wanted() ? destinations.foreign() : null;
    } else if (type == FrontendType.PARSE || type == FrontendType.DESCRIBE) {
      byte[] text = text(type, total);
      if (text == null) {
        return Begin.NO;
      }
      if (!lifecycle.preview(text, text.length, names.standardStrings())) {
        return Begin.WAIT;
      }
      decision = lifecycle.previewed().decision();
      found =
          ForeignStatements.goes(lifecycle.previewed().effects())
              ? destinations.foreign(decision)
              : null;
    }
    if (found == null || !client.admits()) {
      return Begin.NO;
    }
    source = found;
    database = destinations.foreignDatabase(found, decision);
    error = null;
    client.sentElsewhere();
    return Begin.HERE;
  }

  /** The text that a batch without a Bind begins with; null where that is not known. */
  private byte[] text(byte type, long total) {
    ByteBuf in = pending.bytes();
    int at = in.readerIndex() + 5;
    int end = in.readerIndex() + (int) total;
    if (in.readableBytes() < total) {
      return null;
    }
    if (type == FrontendType.DESCRIBE) {
      ClassifiedText examined =
          in.getByte(at) == 'S' && total > 6 ? extended.examinedOf(in, at + 1, end - at - 2) : null;
      return examined == null ? null : Arrays.copyOf(examined.sql(), examined.length());
    }
    int nameEnd = in.indexOf(at, end, (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, end, (byte) 0);
    return textEnd < 0 ? null : bytes(nameEnd + 1, textEnd);
  }

  // ---- its messages

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
    if (described != null && !executes(type, (int) total)) {
      describePortal();
      return true;
    }
    switch (type) {
      case FrontendType.PARSE -> {
        return parse((int) total);
      }
      case FrontendType.BIND -> {
        return bind((int) total);
      }
      case FrontendType.DESCRIBE -> describe((int) total);
      case FrontendType.EXECUTE -> execute((int) total);
      case FrontendType.CLOSE -> close((int) total);
      case FrontendType.FLUSH -> pending.begin(total, true);
      case FrontendType.TERMINATE -> {
        client.terminate();
        return false;
      }
      default -> sync();
    }
    return true;
  }

  /** Whether a message of this type can belong to the batch. */
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
    return portals.bytes();
  }

  /** The batch is over, with or without a Sync. */
  void end() {
    source = null;
    described = null;
    portals.clear();
    client.answeredElsewhere(error);
    error = null;
  }

  private boolean parse(int total) {
    ByteBuf in = pending.bytes();
    int at = in.readerIndex() + 5;
    int end = in.readerIndex() + total;
    int nameEnd = in.indexOf(at, end, (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, end, (byte) 0);
    if (textEnd < 0 || nameEnd - at > BatchShape.MAX_NAMES) {
      client.protocolError("invalid string in message");
      return false;
    }
    byte[] name = bytes(at, nameEnd);
    byte[] sql = bytes(nameEnd + 1, textEnd);
    if (!lifecycle.preview(sql, sql.length, names.standardStrings())) {
      requests.block();
      return false;
    }
    QueryPipeline previewed = lifecycle.previewed();
    ServerError refusal = StatementLifecycle.refusal(previewed.decision());
    if (refusal == null && name.length > 0 && own.get(name) != null) {
      refusal =
          ServerError.error("42P05", "prepared statement \"" + text(name) + "\" already exists");
    }
    ServerError another =
        refusal == null && name.length > 0 ? own.refusesAnother(perClient()) : null;
    if (another != null) {
      client.fatal(another);
      return false;
    }
    if (refusal != null) {
      pending.begin(total, true);
      fail(refusal);
      return true;
    }
    ClassifiedText examined =
        previewed.keep(new ClassifiedText(), sql, sql.length, names.standardStrings());
    StatementFacts facts = previewed.effects();
    byte[] body = bytes(nameEnd + 1, end);
    Optional<String> transformed = lifecycle.transformed();
    if (transformed.isPresent()) {
      byte[] changed = transformed.get().getBytes(StandardCharsets.UTF_8);
      facts = sessions.classifier().classify(changed, 0, changed.length, names.standardStrings());
      ByteBuf put = Unpooled.buffer(changed.length + end - textEnd);
      put.writeBytes(changed).writeBytes(in, textEnd, end - textEnd);
      body = put.array();
    }
    if (name.length == 0) {
      if (!unnamed.hasRoomFor(body.length, ClassifiedText.weight(examined))) {
        client.refuseUnnamed();
        return false;
      }
      unnamed.source(examined, ClassifiedText.weight(examined));
      unnamed.becomes(body, facts);
    } else {
      PreparedStatement statement = names.own().alone(body, facts);
      statement.source(examined);
      own.put(name, statement);
    }
    pending.begin(total, true);
    replies.say(BackendType.PARSE_COMPLETE);
    return true;
  }

  private int perClient() {
    return client.preparedLimit();
  }

  private boolean bind(int total) {
    ByteBuf in = pending.bytes();
    int at = in.readerIndex() + 5;
    int end = in.readerIndex() + total;
    int portalEnd = in.indexOf(at, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : in.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      client.protocolError("invalid string in message");
      return false;
    }
    int nameLength = nameEnd - portalEnd - 1;
    ClassifiedText examined = extended.examinedOf(in, portalEnd + 1, nameLength);
    if (examined != null && !lifecycle.judge(examined)) {
      requests.block();
      return false;
    }
    byte[] name = bytes(portalEnd + 1, nameEnd);
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
    String portal = text(bytes(at, portalEnd));
    ServerError refusal = lifecycle.refusal();
    if (refusal == null && body == null) {
      refusal = StatementNames.missing(name);
    }
    pending.begin(total, true);
    if (refusal == null) {
      StatementFacts facts = prepared.facts(name);
      refusal = facts.kind() == StatementKind.EMPTY ? null : statements.refusal(facts, source);
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
    Decision decision = lifecycle.decision();
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

  private void describe(int total) {
    ByteBuf in = pending.bytes();
    byte kind = total > 6 ? in.getByte(in.readerIndex() + 5) : 0;
    byte[] name = kind == 0 ? new byte[0] : bytes(in.readerIndex() + 6, nameEnd(total, 6));
    pending.begin(total, true);
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
    ServerError refusal = statements.refusal(prepared.facts(name), source);
    if (refusal != null) {
      fail(refusal);
      return;
    }
    ask(
        new ForeignStatement(
            Want.STATEMENT_DESCRIPTION,
            StatementBody.sql(body),
            database,
            types(body),
            List.of(),
            List.of(),
            true,
            0,
            true));
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

  /** Whether the message at the reader's position is the Execute of the described portal. */
  private boolean executes(byte type, int total) {
    int at = pending.bytes().readerIndex() + 5;
    return type == FrontendType.EXECUTE && text(bytes(at, nameEnd(total, 5))).equals(described);
  }

  private void execute(int total) {
    ByteBuf in = pending.bytes();
    int nameEnd = nameEnd(total, 5);
    byte[] name = bytes(in.readerIndex() + 5, nameEnd);
    int maxRows = Math.max(0, in.getInt(in.readerIndex() + total - 4));
    boolean first = described != null;
    described = null;
    pending.begin(total, true);
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

  private void close(int total) {
    ByteBuf in = pending.bytes();
    byte kind = total > 6 ? in.getByte(in.readerIndex() + 5) : 0;
    byte[] name = kind == 0 ? new byte[0] : bytes(in.readerIndex() + 6, nameEnd(total, 6));
    pending.begin(total, true);
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
    lifecycle.abandon();
    replies.error(why);
    requests.skipToSync();
  }

  private static ServerError noPortal(byte[] name) {
    return ServerError.error("34000", "portal \"" + text(name) + "\" does not exist")
        .withDetail("A portal of a forwarded statement can be executed once, in its own batch.");
  }

  // ---- the message at the reader's position

  /** Where a string in the message at the reader's position ends. */
  private int nameEnd(int total, int from) {
    ByteBuf in = pending.bytes();
    int at = in.readerIndex() + from;
    int end = in.readerIndex() + total;
    int zero = in.indexOf(at, end, (byte) 0);
    return zero < 0 ? end : zero;
  }

  private byte[] bytes(int from, int to) {
    byte[] copy = new byte[to - from];
    pending.bytes().getBytes(from, copy);
    return copy;
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }
}
