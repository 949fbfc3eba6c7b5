package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.StalePlan;
import dev.heimdall.engine.dialect.postgres.request.ShapeCheck.Fit;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.ClientStatements.Renamed;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.ConsoleCommands;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.SideActions;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends one client's simple queries, or answers them where no server is needed. */
final class SimpleStatements {
  private static final ServerError TOO_MANY_RESETS =
      ServerError.error("54000", "the query puts settings back to their defaults too often");

  private static final ServerError READ_OTHERWISE =
      ServerError.error(
              "40001",
              "the statement was not run, because the server reads it otherwise than before")
          .withDetail(
              "The default of standard_conforming_strings was changed for the role or the"
                  + " database; the next attempt goes by the new one.");

  private final HandledClient client;
  private final TransactionReplay notes;
  private final NameResolution resolution;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final Listening listening;
  private final ConsoleCommands console;
  private final boolean admin;
  private final ClientInput pending;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final SequenceGuard sequences;
  private final UnnamedStatement unnamed;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final SeveralInText several = new SeveralInText();

  /** As what the last statement was judged; null before. */
  private LexerMode judgedIn;

  /** True if it may begin as what changes rows does. */
  private boolean mayWrite;

  SimpleStatements(
      RequestParts parts, ServerNames names, SequenceGuard sequences, UnnamedStatement unnamed) {
    this.notes = parts.notes();
    this.resolution = parts.resolution();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.client = parts.client();
    this.carried = parts.carried();
    this.transaction = parts.transaction();
    this.listening = parts.listening();
    this.console = parts.console();
    this.admin = parts.admin();
    this.pending = parts.input();
    this.loop = parts.loop();
    this.sessions = parts.sessions();
    this.names = names;
    this.sequences = sequences;
    this.unnamed = unnamed;
  }

  /**
   * True if what the Query message at the reader's position is, and what rules say to it, is known
   * and it may be carried out; not when it was malformed and the session has ended, and not while
   * answers must be awaited.
   */
  boolean judge(int total) {
    if (next.onItsWay()) {
      return true;
    }
    ByteBuf input = pending.bytes();
    int at = input.readerIndex();
    int length = total - 6;
    if (length < 0 || input.getByte(at + total - 1) != 0) {
      client.protocolError("invalid string in message");
      return false;
    }
    byte[] sql = loop.scratch(length);
    input.getBytes(at + 5, sql, 0, length);
    int first = length == 0 ? 0 : sql[0] | 0x20;
    mayWrite = first == 'i' || first == 'u' || first == 'd';
    judgedIn = names.lexerMode(sql, 0, length);
    if (judgedIn != LexerMode.STANDARD && awaitsReading(sql, length)) {
      return false; // doubted it would run what another client calls so, or nothing
    }
    return lifecycle.judge(sql, 0, length, judgedIn, false);
  }

  private boolean awaitsReading(byte[] sql, int length) {
    ServerConnection server = names.server();
    return server != null
        && client.outstanding() > 0
        && !server.copyIn()
        && names.lexing().awaitsWhatItRuns(sql, 0, length);
  }

  /**
   * Answers the judged query at the reader's position behind what its server connection has been
   * sent, as it was carried out elsewhere.
   */
  void carriedOut(ServerConnection server, Executed end, int total) {
    String tag = end.succeeded() ? resultTag(next.effects(), end.rows(), total) : null;
    lifecycle.sent(server);
    if (tag != null) {
      known(server, tag, total);
    } else {
      raise(server, SideActions.failure(end), total);
    }
  }

  private static int outcome(Decision decision, ServerError refusal) {
    return refusal != null ? StatementOutcome.REFUSED : StatementOutcome.of(decision);
  }

  /** The tag of a statement that was not carried out and is said to be about so many rows. */
  private String resultTag(StatementFacts facts, long rows, int total) {
    ByteBuf input = pending.bytes();
    return ResultTag.of(facts, input, input.readerIndex() + 5, total - 6, rows);
  }

  /** True if the whole Query message at the reader's position is a command of an operator. */
  boolean isForConsole(int total) {
    if (!admin) {
      return false;
    }
    int length = total - 6;
    byte[] sql = loop.scratch(length);
    pending.bytes().getBytes(pending.bytes().readerIndex() + 5, sql, 0, length);
    return console.recognises(sql, 0, length);
  }

  /** Has the command at the reader's position carried out. */
  void toConsole(int total) {
    ByteBuf input = pending.bytes();
    String text = input.toString(input.readerIndex() + 5, total - 6, StandardCharsets.UTF_8);
    pending.cut();
    input.skipBytes(total);
    console.run(text);
  }

  /** Sends a Query message, or what rules put in its place. */
  void query(ServerConnection server, int total) {
    if (isMisjudged(server, total)) {
      names.lexing().defaultsChanged(server);
      refuse(server, READ_OTHERWISE, total);
      return;
    }
    Decision decision = next.decision();
    ServerError refusal = next.refusal();
    if (!notes.ruled(outcome(decision, refusal))) {
      return;
    }
    if (decision.isNone() && refusal == null) {
      StatementFacts effects = next.effects();
      if (mayWrite) {
        noteRows(total);
      }
      lifecycle.sent(server);
      send(server, effects, total);
      return;
    }
    if (refusal != null) {
      lifecycle.sent(server);
      names.undoRejected(server, next.effects(), transaction);
      raise(server, refusal, total);
    } else if (decision.result().isPresent()) {
      String tag = resultTag(next.effects(), decision.result().getAsInt(), total);
      lifecycle.sent(server);
      known(server, tag, total);
    } else if (decision.transformed().isPresent()) {
      byte[] text = decision.transformed().get().getBytes(StandardCharsets.UTF_8);
      TextChange.apply(pending, FrontendType.QUERY, 0, text, total - 6, total);
      StatementFacts facts =
          sessions
              .classifier()
              .classify(text, 0, text.length, names.lexerMode(text, 0, text.length));
      lifecycle.sent(server);
      send(server, facts, text.length + 6);
    } else {
      StatementFacts facts = next.effects();
      if (mayWrite) {
        noteRows(total);
      }
      lifecycle.sent(server);
      send(server, facts, total);
    }
  }

  private void noteRows(int total) {
    if (!next.mayWriteRows()) {
      return;
    }
    int length = total - 6;
    byte[] sql = loop.scratch(length);
    pending.bytes().getBytes(pending.bytes().readerIndex() + 5, sql, 0, length);
    next.writes(
        KeyReader.written(
            next.statement().keys(),
            sql,
            0,
            length,
            names.lexerMode(sql, 0, length),
            List.of(),
            PostgresSql.DIALECT));
  }

  /** True if it was judged before it had a server that reads it otherwise. */
  private boolean isMisjudged(ServerConnection server, int total) {
    LexerMode judged = judgedIn;
    if (judged == null || !names.lexing().differs(server, judged)) {
      return false;
    }
    byte[] sql = loop.scratch(total - 6);
    pending.bytes().getBytes(pending.bytes().readerIndex() + 5, sql, 0, total - 6);
    return names.lexing().isMisjudged(server, judged, sql, 0, total - 6)
        || names.runsAmbiguous(next.effects());
  }

  /** Has the server say that a rule refuses the message at the reader's position. */
  void refuse(ServerConnection server, ServerError error, int total) {
    lifecycle.sent(server);
    raise(server, error, total);
  }

  /** The server itself says the error, so that it fails the transaction and keeps its place. */
  private void raise(ServerConnection server, ServerError error, int total) {
    replaced(server, total);
    PgWriter.query(pending.out(256), ServerNames.raising(error));
    server.expect(ReplyQueue.QUERY, client.owner());
    client.groupSent();
  }

  private void send(ServerConnection server, StatementFacts facts, int total) {
    notes.statement(facts);
    transaction.sent(facts, carried.sent());
    resolution.sent(facts);
    unnamed.forget();
    server.statements().unnamed(null, 0);
    if (facts.effects().isEmpty()) {
      if (facts.redefining() == Redefining.ITSELF || (server.groupOpen() && facts.divides(true))) {
        carried.note(facts);
      }
      server.expect(ReplyQueue.QUERY, client.owner());
      client.groupSent();
      pending.begin(total, false);
      return;
    }
    withEffects(server, facts, total);
  }

  /** Sends it as the client has written it, with what it changes. */
  private void pass(ServerConnection server, StatementFacts facts, int total) {
    if (SeveralInText.matters(facts, total) && !server.groupOpen()) {
      ByteBuf input = pending.bytes();
      byte[] text = new byte[total - 6];
      input.getBytes(input.readerIndex() + 5, text);
      several.sent(text, names.lexerMode(text, 0, text.length), carried.sent());
    }
    carried.note(facts);
    server.expect(ReplyQueue.QUERY, client.owner());
    client.groupSent();
    pending.begin(total, false);
  }

  /** Returns the part that was begun of a text that has ended with an error; null for unknown. */
  CarriedOut carriedOut(ServerConnection from) {
    return several.carriedOut(carried.done(), from.delivery().begunStatements());
  }

  private void withEffects(ServerConnection server, StatementFacts facts, int total) {
    sequences.beforeRun(server, facts);
    if (facts.kind() == StatementKind.PREPARE) {
      prepare(server, facts, total);
    } else if (facts.kind() == StatementKind.DEALLOCATE
        && !names.own().keepsNames()
        && server.status() != TransactionState.FAILED
        && !server.groupOpen()
        && client.outstanding() == 0) {
      deallocateInTransaction(server, facts.effects().get(0), facts, total);
    } else if (names.own().renames(facts)) {
      renamed(server, facts, total);
    } else if (names.startValues().concern(facts.effects())) {
      withStartValues(server, new TextEdits(), facts, total);
    } else {
      pass(server, facts, total);
    }
  }

  /**
   * PREPARE name AS …: the name becomes the content's, and the rest is kept for other connections.
   */
  private void prepare(ServerConnection server, StatementFacts facts, int total) {
    Effect effect = facts.effects().get(0);
    if (effect.type() != Effect.Type.PREPARE || effect.start() < 0) {
      pass(server, facts, total);
      return;
    }
    ByteBuf input = pending.bytes();
    int text = input.readerIndex() + 5;
    byte[] name = ClientStatements.bytes(effect.name());
    PreparedStatement existing = carried.names().get(name);
    PreparedStatement statement = existing;
    if (existing == null) {
      int most = client.settings().prepared().perClient();
      ServerError refusal = carried.names().refusesAnother(most);
      if (refusal != null) {
        client.fatal(refusal);
        return;
      }
      byte[] body = new byte[total - 6 - effect.end()];
      input.getBytes(text + effect.end(), body);
      statement =
          names
              .own()
              .statement(
                  name, server.statements(), body, PreparedStatement.Origin.SQL, inner(facts));
      names.forgetMisread(server, statement);
      if (server.statements().confirmed(statement) && server.status() == TransactionState.FAILED) {
        List<Renamed> prepared = List.of(ClientStatements.prepared(effect, statement));
        // Refused like every statement of a failed transaction; the one that is there stays.
        sendEdited(server, total, edits(prepared));
        names.own().release(statement);
        return;
      }
      carried.names().put(name, statement);
      lifecycle.prepares(statement, judgedIn);
      // Whether the transaction will have failed is not known while something is unanswered.
      if (server.statements().confirmed(statement) && !client.mayHaveFailed()) {
        known(server, "PREPARE", total);
        return;
      }
    } else {
      names.makeKnown(server, existing);
    }
    if (existing == null) {
      carried.note(facts); // one that fails because its name is taken has no effect
      names.prepareOnServer(server, statement);
    }
    List<Renamed> renamed = List.of(ClientStatements.prepared(effect, statement));
    sendEdited(server, total, edits(renamed));
  }

  /**
   * Returns the effects of each EXECUTE of the statement: those found in the PREPARE, except for
   * its name.
   */
  static StatementFacts inner(StatementFacts facts) {
    List<Effect> effects = facts.effects().subList(1, facts.effects().size());
    return new StatementFacts(StatementKind.UNKNOWN, 1, List.copyOf(effects), false, false);
  }

  private void deallocateInTransaction(
      ServerConnection server, Effect effect, StatementFacts facts, int total) {
    if (effect.type() == Effect.Type.DEALLOCATE_ALL) {
      carried.names().clear();
      known(server, "DEALLOCATE ALL", total);
    } else if (carried.names().remove(ClientStatements.bytes(effect.name()))) {
      known(server, "DEALLOCATE", total);
    } else if (names.own().nameOnServer(effect) != null) {
      renamed(server, facts, total);
    } else {
      pass(server, facts, total);
    }
  }

  /**
   * Answers with a tag, in its place. An empty query stands for the statement, as the server skips
   * that behind an error in a batch.
   */
  private void known(ServerConnection server, String tag, int total) {
    replaced(server, total);
    client.promiseTag(tag);
    server.expect(ReplyQueue.COMMAND_KNOWN, client.owner());
    server.expect(ReplyQueue.QUERY_OURS, client.owner());
    client.groupSent();
    PgWriter.query(pending.out(6), "");
  }

  /** The client's query is not sent: another one takes its place. */
  private void replaced(ServerConnection server, int total) {
    unnamed.forget();
    server.statements().unnamed(null, 0);
    pending.cut();
    pending.bytes().skipBytes(total);
  }

  /**
   * True if the judged query gives a name to a statement that it may have by what is not answered
   * yet: should that fail, the name is free.
   */
  boolean awaitsName(ServerConnection server) {
    if (client.outstanding() == 0 || server.copyIn()) {
      return false;
    }
    for (Effect effect : next.effects().effects()) {
      if (effect.start() < 0) {
        continue;
      }
      byte[] name = ClientStatements.bytes(effect.name());
      boolean there = carried.names().get(name) != null;
      boolean waits =
          switch (effect.type()) {
            case PREPARE -> there || mayReopen(name);
            case EXECUTE, DEALLOCATE -> !there && mayReopen(name);
            default -> false;
          };
      if (waits) {
        return true;
      }
    }
    return false;
  }

  private boolean mayReopen(byte[] name) {
    return names.own().mayReopen(name, carried.sent(), carried.done());
  }

  /** True if all is known of the prepared statements that the judged query runs. */
  boolean ready(ServerConnection server) {
    for (Effect effect : next.effects().effects()) {
      PreparedStatement statement =
          effect.type() == Effect.Type.EXECUTE ? names.own().named(effect) : null;
      if (statement != null
          && names.shapes().holdsUp(server, names.shapes().fit(server, statement, false))) {
        return false;
      }
    }
    return true;
  }

  private void renamed(ServerConnection server, StatementFacts facts, int total) {
    List<Renamed> found = names.own().renamed(facts);
    for (Renamed name : found) {
      PreparedStatement statement = name.statement();
      if (statement != null
          && name.effect().type() == Effect.Type.EXECUTE
          && names.shapes().fit(server, statement, false) == Fit.CHANGED) {
        names.shapes().drop(server, statement);
        raise(server, StalePlan.ERROR, total);
        return;
      }
      if (statement != null) {
        names.makeKnown(server, statement);
      }
      if (statement != null && !name.prepares()) {
        names.shapes().run(server, statement);
        names.noteEffectsOf(statement.facts(), null, false);
      }
    }
    TextEdits edits = edits(found);
    if (names.startValues().concern(facts.effects())) {
      withStartValues(server, edits, facts, total);
    } else {
      carried.note(facts);
      sendEdited(server, total, edits);
    }
  }

  /** Sends it with what gives the client its own start-up values where it takes defaults. */
  private void withStartValues(
      ServerConnection server, TextEdits edits, StatementFacts facts, int total) {
    int length = total - 6;
    byte[] sql = new byte[length];
    pending.bytes().getBytes(pending.bytes().readerIndex() + 5, sql);
    names.startValues().edit(edits, sql, length, facts, names.lexerMode(sql, 0, length));
    if (edits.tooMany()) {
      raise(server, TOO_MANY_RESETS, total);
    } else {
      carried.note(facts);
      sendEdited(server, total, edits);
    }
  }

  private static TextEdits edits(List<Renamed> renamed) {
    TextEdits edits = new TextEdits();
    for (Renamed name : renamed) {
      if (name.onServer() == null) {
        continue;
      }
      edits.replace(name.effect().start(), name.effect().end(), name.onServer());
    }
    return edits;
  }

  /** Sends the Query at the reader's position with its edits. */
  private void sendEdited(ServerConnection server, int total, TextEdits edits) {
    pending.cut();
    ByteBuf input = pending.bytes();
    EditedText edited =
        edits.message(
            pending.out(total + 64),
            FrontendType.QUERY,
            input,
            input.readerIndex() + 5,
            total - 6,
            names.unicode());
    input.skipBytes(total);
    server.replies().expectEdited(edited, client.owner());
    client.groupSent();
  }
}
