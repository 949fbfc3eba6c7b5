package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.StalePlan;
import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.dialect.postgres.request.ShapeCheck.Fit;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.SideActions;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.session.statement.StatementMix;
import dev.heimdall.engine.session.statement.StatementNotes;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.sql.StatementRows;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.model.LimitSettings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Sends one client's extended-protocol messages, its statements under their names on the server.
 */
final class ExtendedStatements {
  private static final byte[] PREFIX = StatementNames.PREFIX.getBytes(StandardCharsets.US_ASCII);

  private static final byte[] UNNAMED = new byte[0];

  private final HandledClient client;
  private final TransactionReplay notes;
  private final LoggedInSession owner;
  private final ClientRequests requests;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Writes writes;
  private final Listening listening;
  private final ClientInput pending;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final StatementNotes results;
  private final UnnamedStatement unnamed;
  private final ParseMessages parses;
  private final LocalPortal local;
  private final BoundTexts texts;

  /** Names that the transaction's portals take; null where none was bound that takes names. */
  private FreedNames freed;

  ExtendedStatements(
      RequestParts parts, ServerNames names, SequenceGuard sequences, UnnamedStatement unnamed) {
    this.notes = parts.notes();
    this.client = parts.client();
    this.owner = client.owner();
    this.requests = parts.control();
    this.carried = parts.carried();
    this.transaction = parts.transaction();
    this.writes = parts.writes();
    this.listening = parts.listening();
    this.pending = parts.input();
    this.names = names;
    this.sequences = sequences;
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.results = parts.lifecycle().running().notes();
    this.unnamed = unnamed;
    this.texts = new BoundTexts(lifecycle, names, unnamed);
    this.local =
        new LocalPortal(
            client, parts.transaction(), notes, pending, names, lifecycle, parts.destinations());
    this.parses = new ParseMessages(parts, names, sequences, unnamed, local);
  }

  /** About how many bytes the names take whose Parse may not be answered. */
  long unansweredNames() {
    return parses.unansweredWeight();
  }

  /**
   * Sends, or answers, a whole Parse message.
   *
   * @param mayRunElsewhere whether it is a read that another server may run than the one that is to
   *     describe it
   */
  boolean parse(ServerConnection server, int total, boolean mayRunElsewhere) {
    return parses.parse(server, total, mayRunElsewhere);
  }

  /** Nothing that comes is about what was parsed last any more. */
  void groupEnded() {
    parses.groupEnded();
  }

  /** True if what was parsed last may be run elsewhere than where it is described. */
  boolean runsElsewhere() {
    return parses.runsElsewhere();
  }

  /**
   * Sends a Bind, its statement renamed; parameters may still be on their way.
   *
   * @return whether the names were there
   */
  boolean bind(ServerConnection server, long total) {
    ByteBuf input = pending.bytes();
    int at = input.readerIndex() + 5;
    int end = (int) Math.min(input.readerIndex() + total, input.writerIndex());
    int portalEnd = input.indexOf(at, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : input.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      if (end - at > BatchShape.MAX_NAMES || input.readableBytes() >= total) {
        client.protocolError("invalid string in message");
      }
      return false;
    }
    int nameLength = nameEnd - portalEnd - 1;
    if (nameLength == 0 && unnamed.inDoubt(server)
        || awaitsClose(server, input, portalEnd + 1, nameLength)) {
      requests.block();
      return false;
    }
    ClassifiedText examined = examinedOf(input, portalEnd + 1, nameLength);
    if (examined != null && lifecycle.judges()) {
      if (!lifecycle.judge(examined)) {
        requests.block();
        return false;
      }
      if (local.answersBind(server, total, at, portalEnd)) {
        return true;
      }
      if (!server.copyIn() && lifecycle.deferral().mayBeWanted()) {
        requests.block();
        return false; // it is decided when what is ahead of its batch is answered
      }
      if (lifecycle.deferral().wanted() && total <= limits().maxStatementSize()) {
        if (input.readableBytes() < total) {
          return false;
        }
        Boolean done = deferred(server, (int) total, at, portalEnd, nameEnd);
        if (done != null) {
          return done;
        }
      }
    }
    StatementFacts bound = factsOf(input, portalEnd + 1, nameLength);
    boolean notifies =
        examined != null && lifecycle.judges()
            ? next.mayNotify()
            : bound == null || NextStatement.mayNotify(bound, null);
    if (!listening.ready(bound, notifies, server)) {
      return false;
    }
    PreparedStatement statement = named(input, portalEnd + 1, nameLength);
    Fit fit =
        statement == null ? Fit.HERE : names.shapes().fit(server, statement, !statement.isSql());
    if (names.shapes().holdsUp(server, fit)) {
      return false;
    }
    if (examined != null && !notes.ruled(StatementOutcome.asPrepared(next.decision()))) {
      return true;
    }
    notes.bound(bound, nameLength == 0);
    long group = carried.sent();
    transaction.sent(bound, group);
    if (examined != null) {
      if (bound != null && bound.kind() == StatementKind.DML) {
        next.writes(rows(examined, total, portalEnd + 1, nameEnd));
      }
      lifecycle.sent(server);
    } else {
      StatementMix.count(client.counters(), null, bound);
      results.unjudged(group);
      writes.noteUnknown();
      lifecycle.sentUnknown();
      if (notifies) {
        listening.sends(server, group);
      }
      client.sending(false, bound != null && NextStatement.mayRunLater(bound), false);
    }
    if (fit == Fit.CHANGED) {
      names.shapes().dropInBatch(server, statement);
      local.raise(server, StalePlan.ERROR, total);
      return true;
    }
    boolean takesNames = false;
    if (freed != null) {
      freed.replaced(portal(input, at, portalEnd));
    }
    if (bound != null && !bound.effects().isEmpty()) {
      takesNames = takesNames(portal(input, at, portalEnd), bound);
      sequences.binds(server, bound, input, nameEnd + 1, end);
      names.startValues().bound(portal(input, at, portalEnd), bound);
    }
    if (nameLength == 0) {
      useUnnamed(server);
      if (unnamed.cached() == null) {
        names.noteEffectsOf(unnamed.facts(), server, takesNames);
        server.expect(ReplyQueue.BIND, owner);
        pending.begin(total, false);
        return true;
      }
    }
    byte[] serverName;
    if (statement == null) {
      if (!startsWithPrefix(input, portalEnd + 1, nameLength)) {
        server.expect(ReplyQueue.BIND, owner);
        pending.begin(total, false);
        return true;
      }
      serverName = strangersName(input, portalEnd + 1, nameLength);
    } else {
      sequences.beforeRun(server, statement.facts());
      if (statement.isSql() && !server.groupOpen()) {
        names.makeKnown(server, statement);
      }
      names.makeKnownInBatch(server, statement);
      if (statement.isAnonymous()) {
        server.statements().bound(statement);
      }
      names.noteEffectsOf(statement.facts(), server, takesNames);
      serverName = statement.serverName();
    }
    pending.cut();
    ByteBuf out = pending.out(end - input.readerIndex() + 32);
    int portalLength = portalEnd - at + 1;
    out.writeByte(FrontendType.BIND)
        .writeInt((int) (total - 1 - nameLength + serverName.length))
        .writeBytes(input, at, portalLength)
        .writeBytes(serverName);
    int consumed = 5 + portalLength + nameLength;
    input.skipBytes(consumed);
    server.expect(ReplyQueue.BIND, owner);
    pending.begin(total - consumed, false);
    return true;
  }

  /** True if what the unnamed statement is depends on what the server has not answered. */
  boolean unnamedInDoubt() {
    ServerConnection server = names.server();
    return server != null && unnamed.inDoubt(server);
  }

  /** True if the name means nothing, unless the server skips its Close. */
  private boolean awaitsClose(ServerConnection server, ByteBuf input, int nameAt, int length) {
    if (length == 0 || !names.own().isClosing() || named(input, nameAt, length) != null) {
      return false;
    }
    byte[] name = new byte[length];
    input.getBytes(nameAt, name);
    return parses.awaitsClose(server, name);
  }

  private LimitSettings limits() {
    return client.settings().limits();
  }

  /** The statement that this part of the input names, where it has a name on servers. */
  private PreparedStatement named(ByteBuf input, int nameAt, int nameLength) {
    return nameLength == 0 ? unnamed.cached() : carried.names().get(input, nameAt, nameLength);
  }

  /** True if the statement of this whole Bind can be run without asking the server about it. */
  boolean runsOn(ServerConnection server, int bindAt) {
    ByteBuf input = pending.bytes();
    int end = bindAt + 1 + input.getInt(bindAt + 1);
    int portalEnd = input.indexOf(bindAt + 5, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : input.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      return false;
    }
    PreparedStatement statement = named(input, portalEnd + 1, nameEnd - portalEnd - 1);
    return statement == null || names.shapes().runsAtOnce(server, statement);
  }

  /**
   * Classification of the text of a client's statement; null where neither rules nor a catalogue
   * are there. A text that was parsed while there were none is classified now.
   */
  ClassifiedText examinedOf(ByteBuf input, int nameAt, int nameLength) {
    ServerConnection server = names.server();
    if (nameLength == 0 && unnamed.cached() == null) {
      ClassifiedText found = (ClassifiedText) unnamed.source();
      return server != null && found != null && unnamed.isAt(server)
          ? found
          : texts.ofUnnamed(server, found);
    }
    PreparedStatement statement = named(input, nameAt, nameLength);
    if (statement == null) {
      return texts.unseen(input, nameAt, nameLength);
    }
    ClassifiedText found =
        (ClassifiedText) (nameLength == 0 ? unnamed.source() : statement.source());
    if (found == null && lifecycle.judges()) {
      found = texts.first(statement, nameLength == 0);
      if (found == null) {
        return texts.unseen(input, nameAt, nameLength);
      }
    }
    boolean there = found == null || server != null && names.isThere(server, statement);
    return there ? found : texts.anew(statement, nameLength == 0, found);
  }

  /** The rows of its only table that it can write. */
  private StatementRows rows(ClassifiedText text, long total, int nameAt, int nameEnd) {
    ByteBuf input = pending.bytes();
    if (!next.mayWriteRows() || input.readableBytes() < total) {
      return StatementRows.UNKNOWN;
    }
    int end = input.readerIndex() + (int) total;
    return KeyReader.written(
        next.statement().keys(),
        text.sql(),
        0,
        text.length(),
        text.lexerMode(),
        BindParameters.read(input, nameEnd + 1, end, types(input, nameAt, nameEnd)),
        PostgresSql.DIALECT);
  }

  /** True if the Bind's statement was deferred; null when it is to be sent. */
  private Boolean deferred(
      ServerConnection server, int total, int portalAt, int portalEnd, int nameEnd) {
    ByteBuf input = pending.bytes();
    int end = input.readerIndex() + total;
    List<Parameter> parameters =
        BindParameters.read(input, nameEnd + 1, end, types(input, portalEnd + 1, nameEnd));
    if (parameters == null) {
      return null; // the server says what is wrong
    }
    ClassifiedText examined = next.examined();
    String sql = new String(examined.sql(), 0, examined.length(), StandardCharsets.UTF_8);
    switch (lifecycle.deferral().defer(sql, examined.lexerMode(), parameters)) {
      case WAIT -> {
        requests.block();
        return false;
      }
      case DONE -> {
        Executed outcome = lifecycle.deferral().executed();
        if (outcome.succeeded()) {
          local.answer(server, total, portalAt, portalEnd, outcome.rows());
        } else {
          lifecycle.sent(server);
          local.raise(server, SideActions.failure(outcome), total);
        }
        return true;
      }
      default -> {
        return null;
      }
    }
  }

  /** The types that a Parse gave to the parameters of the statement of this name. */
  int[] types(ByteBuf input, int nameAt, int nameEnd) {
    if (nameEnd == nameAt) {
      PreparedStatement cached = unnamed.cached();
      return cached == null
          ? StatementBody.types(unnamed.text(), Math.max(0, unnamed.length()))
          : StatementBody.types(cached.body(), cached.body().length);
    }
    PreparedStatement statement = carried.names().get(input, nameAt, nameEnd - nameAt);
    return statement == null
        ? new int[0]
        : StatementBody.types(statement.body(), statement.body().length);
  }

  /** True if the portal, which is being bound, takes names as it is run. */
  private boolean takesNames(String portal, StatementFacts bound) {
    if (!FreedNames.takesAll(bound) && !FreedNames.takesOne(bound, names.own())) {
      return false;
    }
    if (freed == null) {
      freed = new FreedNames(carried, names, parses);
    }
    return freed.bound(portal, bound);
  }

  /** Sends an Execute, or answers it. */
  void execute(ServerConnection server, int total) {
    if (local.answersExecute(server, total)) {
      return;
    }
    server.expect(ReplyQueue.EXECUTE, owner);
    if (!names.startValues().awaited() && freed == null) {
      pending.begin(total, false);
      return;
    }
    ByteBuf input = pending.bytes();
    int at = input.readerIndex() + 5;
    int portalEnd = input.indexOf(at, at + total - 5, (byte) 0);
    String portal = portalEnd < 0 ? "" : portal(input, at, portalEnd);
    pending.begin(total, false);
    if (freed != null) {
      freed.run(server, portal);
    }
    if (names.startValues().awaited()) {
      for (String statement : names.startValues().run(portal)) {
        names.runInBatch(server, statement);
      }
    }
  }

  /** No transaction is open any more, nor a portal. */
  void transactionOver() {
    freed = null;
    names.startValues().transactionOver();
  }

  private static String portal(ByteBuf input, int at, int end) {
    return input.toString(at, end - at, StandardCharsets.ISO_8859_1);
  }

  private StatementFacts factsOf(ByteBuf input, int nameAt, int nameLength) {
    if (nameLength == 0) {
      return unnamed.facts();
    }
    PreparedStatement statement = carried.names().get(input, nameAt, nameLength);
    return statement == null ? null : statement.facts();
  }

  /**
   * Describe and Close of statements are renamed or answered; those of portals pass.
   *
   * @return whether the message was taken
   */
  boolean describeOrClose(ServerConnection server, byte type, int total) {
    ByteBuf input = pending.bytes();
    int at = input.readerIndex() + 5;
    boolean close = type == FrontendType.CLOSE;
    if (!close && total >= 7 && input.getByte(at) == 'P' && local.answersDescribe(server, total)) {
      return true;
    }
    if (total < 7 || input.getByte(at) != 'S') {
      if (close && total > 7 && carried.mayHoldCursors()) {
        String name = input.toString(at + 1, total - 7, StandardCharsets.UTF_8);
        carried.note(StatementFacts.ofSingle(StatementKind.CLOSE, closing(name), false));
      }
      server.expect(close ? ReplyQueue.CLOSE : ReplyQueue.DESCRIBE, owner);
      pending.begin(total, false);
      return true;
    }
    if (input.indexOf(at + 1, at - 5 + total, (byte) 0) != at - 6 + total) {
      client.protocolError("invalid string in message");
      return false;
    }
    int length = total - 7;
    if (!close && length == 0 && unnamed.inDoubt(server)
        || awaitsClose(server, input, at + 1, length)) {
      requests.block();
      return false;
    }
    PreparedStatement statement = named(input, at + 1, length);
    if (!close && statement != null) {
      Fit fit = names.shapes().fit(server, statement, !statement.isSql());
      if (names.shapes().holdsUp(server, fit)) {
        return false;
      }
      if (fit == Fit.CHANGED) {
        names.shapes().dropInBatch(server, statement);
        local.raise(server, StalePlan.ERROR, total);
        return true;
      }
    }
    if (length == 0) {
      unnamedStatement(server, close, total);
      return true;
    }
    if (close) {
      byte[] name = new byte[length];
      input.getBytes(at + 1, name);
      carried.names().remove(name);
      parses.forgetAnswered(server);
      names.own().closing(name, carried.sent(), carried.done());
      pending.cut();
      input.skipBytes(total);
      if (statement != null && statement.isClientNamed()) {
        names.closeInBatch(server, pending.out(64), statement.name());
      }
      server
          .statements()
          .parsing(null, statement == null ? null : parses.reopening(name, statement));
      server.expect(ReplyQueue.CLOSE_KNOWN, owner);
      return true;
    }
    if (statement == null && !startsWithPrefix(input, at + 1, length)) {
      server.expect(ReplyQueue.DESCRIBE, owner);
      pending.begin(total, false);
      return true;
    }
    byte[] serverName =
        statement == null ? strangersName(input, at + 1, length) : statement.serverName();
    if (statement != null) {
      names.makeKnownInBatch(server, statement);
    }
    describe(server, serverName, total, names.shapes().describing(server, statement));
    return true;
  }

  /** To close a portal is to close the cursor of its name. */
  private static List<Effect> closing(String name) {
    return List.of(new Effect(Effect.Type.CLOSE_CURSOR, name));
  }

  private void unnamedStatement(ServerConnection server, boolean close, int total) {
    if (close) {
      parses.forgetAnswered(server);
      pending.cut();
      pending.bytes().skipBytes(total);
      unnamed.closes(server);
      server.expect(ReplyQueue.CLOSE_KNOWN, owner);
      return;
    }
    if (unnamed.cached() != null) {
      names.makeKnownInBatch(server, unnamed.cached());
      byte expected = names.shapes().describing(server, unnamed.cached());
      describe(server, unnamed.cached().serverName(), total, expected);
      return;
    }
    useUnnamed(server);
    server.expect(ReplyQueue.DESCRIBE, owner);
    pending.begin(total, false);
  }

  /**
   * The unnamed statement is about to be used: a text is sent to the server if that has lost it.
   */
  private void useUnnamed(ServerConnection server) {
    if (unnamed.cached() != null) {
      return;
    }
    unnamed.used();
    if (!unnamed.isText()) {
      // The server says that there is none: it may have another client's.
      pending.cut();
      names.closeUnnamed(server);
      return;
    }
    StatementFacts facts = unnamed.facts();
    if (facts != null) {
      sequences.beforeRun(server, facts);
    }
    if (!unnamed.isAt(server)) {
      parses.unnamedReadAnew(server);
      pending.cut();
      PgWriter.parse(pending.out(unnamed.length() + 32), UNNAMED, unnamed.text(), unnamed.length());
      unnamed.parsedAt(server);
      server.expect(ReplyQueue.PARSE_OURS, owner);
    }
  }

  private void describe(ServerConnection server, byte[] serverName, int total, byte expected) {
    pending.cut();
    pending.bytes().skipBytes(total);
    PgWriter.describeStatement(pending.out(serverName.length + 8), serverName);
    server.expect(expected, owner);
  }

  /**
   * A client's unknown name that looks like one of ours must not reach a statement of another
   * client's.
   */
  private static boolean startsWithPrefix(ByteBuf input, int at, int length) {
    if (length < PREFIX.length) {
      return false;
    }
    for (int i = 0; i < PREFIX.length; i++) {
      if (input.getByte(at + i) != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  private byte[] strangersName(ByteBuf input, int at, int length) {
    byte[] name = new byte[length + 1];
    name[0] = '_';
    input.getBytes(at, name, 1, length);
    carried.names().unknown(Arrays.copyOfRange(name, 1, name.length));
    return name;
  }
}
