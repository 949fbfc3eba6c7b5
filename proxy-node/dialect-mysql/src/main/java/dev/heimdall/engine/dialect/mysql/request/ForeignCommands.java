package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.foreign.MysqlForeignFormat;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.ForwardableRequests;
import dev.heimdall.engine.session.answer.ForwardedStatements;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;

/** Statements of a client that go to a data source of another engine. */
final class ForeignCommands implements ForwardableRequests {
  private static final Set<String> UTF8 = Set.of("", "utf8", "utf8mb3", "utf8mb4", "ascii");

  private final RequestParts parts;
  private final HandledClient client;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final SessionState carried;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final SessionLexing lexing;
  private final ClientAnswers answers;
  private final ForwardedStatements forwarded;

  /**
   * @param kinds has a command carried out by its kind, if it goes elsewhere
   */
  ForeignCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      SessionLexing lexing,
      ClientAnswers answers,
      Responder kinds) {
    this.parts = parts;
    this.client = parts.client();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.carried = parts.carried();
    this.agreed = agreed;
    this.text = text;
    this.lexing = lexing;
    this.answers = answers;
    this.forwarded = new ForwardedStatements(parts, this, kinds);
  }

  /** The responder that has them carried out. */
  Responder responder() {
    return forwarded;
  }

  /**
   * Returns the destination of a statement with this decision in the session's present state; null
   * where it stays.
   */
  ForeignSource of(StatementFacts facts, Decision decision) {
    return forwarded.source(facts, decision);
  }

  @Override
  public boolean stays(StatementFacts facts) {
    return facts.has(MysqlEffect.READS_DIAGNOSTICS); // of a statement that its server knows
  }

  // ---- texts

  /** Has the judged text at the reader's position carried out, if it goes elsewhere. */
  Outcome query(long total) {
    StatementFacts facts = next.effects();
    ForeignSource source = forwarded.source(facts);
    if (source == null || !text.read(parts.input().bytes(), total, true)) {
      return Outcome.NEXT;
    }
    byte[] sql =
        next.decision()
            .transformed()
            .map(changed -> changed.getBytes(StandardCharsets.UTF_8))
            .orElseGet(text::copy);
    return run(
        total,
        source,
        facts,
        MysqlForeignFormat.query(sql, lexing.mode(sql, 0, sql.length), agreed, answers.status()));
  }

  // ---- prepared statements

  /** True if the judged execution at the reader's position goes elsewhere. */
  boolean takes(ClientStatement of) {
    return forwarded.source(of.statement.facts()) != null;
  }

  /** Has it carried out with these values. */
  Outcome execute(long total, ClientStatement of, List<Object> values) {
    StatementFacts facts = of.statement.facts();
    ForeignSource source = forwarded.source(facts);
    return run(
        total,
        source,
        facts,
        MysqlForeignFormat.execution(
            of.statement.body(), lexing.mode(), values, agreed, answers.status()));
  }

  /** True if many rows of values can be carried out one by one: what it answers are numbers. */
  static boolean takesRows(ClientStatement of) {
    StatementFacts facts = of.statement.facts();
    return facts.kind() == StatementKind.DML
        && !facts.has(MysqlEffect.SETS_LAST_INSERT_ID); // as RETURNING does
  }

  /**
   * Has it carried out with each of these rows of values, up to the first that fails: each is a
   * transaction by itself.
   */
  Outcome execute(long total, ClientStatement of, BulkRows rows) {
    if (!client.admits()) {
      return Outcome.WAIT;
    }
    StatementFacts facts = of.statement.facts();
    ForeignSource source = forwarded.source(facts);
    Bulk bulk =
        new Bulk(of, source, rows, parts.destinations().foreignDatabase(source, next.decision()));
    take(total);
    lifecycle.sentElsewhere();
    ServerError refusal = forwarded.refusal(facts, source);
    if (refusal != null) {
      fail(refusal, 1);
    } else {
      bulk.next();
    }
    return Outcome.DONE;
  }

  /** One statement with many rows of values, on its way. */
  private final class Bulk {
    private final byte[] body;
    private final StatementKind kind;
    private final ForeignSource source;
    private final BulkRows rows;
    private final String database;
    private long changed;

    Bulk(ClientStatement of, ForeignSource source, BulkRows rows, String database) {
      this.body = of.statement.body();
      this.kind = of.statement.facts().kind();
      this.source = source;
      this.rows = rows;
      this.database = database;
    }

    void next() {
      List<Object> values;
      try {
        values = rows.next();
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        fail(BulkCommand.UNSUPPORTED, 1);
        return;
      }
      parts
          .foreign()
          .run(
              source,
              new ForeignStatement(
                  Want.PREPARED,
                  kind,
                  MysqlForeignFormat.execution(
                      body, lexing.mode(), values, agreed, answers.status()),
                  database,
                  0),
              this::end);
    }

    private void end(ForeignOutcome outcome) {
      changed += outcome.rows();
      if (outcome.error() != null) {
        fail(outcome.error(), 1);
      } else if (rows.hasNext()) {
        next();
      } else {
        answers.own().forgetError();
        client.replyElsewhere(answers.changed(1, changed));
        client.answeredElsewhere(null);
      }
    }
  }

  /**
   * Has a data source say what a text that is being prepared takes and gives, and the client told.
   *
   * @param id what the client is to call the statement
   * @param done given the number of its parameters
   * @param failed told ahead of the error; the client has no such statement
   */
  Outcome prepare(
      long total,
      ForeignSource source,
      byte[] sql,
      StatementFacts facts,
      int id,
      IntConsumer done,
      Runnable failed) {
    if (!client.admits()) {
      failed.run();
      return Outcome.WAIT;
    }
    String database =
        parts.destinations().foreignDatabase(source, lifecycle.previewed().decision());
    MysqlForeignFormat format =
        MysqlForeignFormat.preparation(
            sql, lexing.mode(sql, 0, sql.length), id, agreed, answers.status());
    take(total);
    ServerError refusal = forwarded.refusal(facts, source);
    if (refusal != null) {
      failed.run();
      fail(refusal, format);
      return Outcome.DONE;
    }
    parts
        .foreign()
        .run(
            source,
            new ForeignStatement(Want.DESCRIPTION, facts.kind(), format, database, 0),
            outcome -> {
              if (outcome.error() != null) {
                failed.run();
                fail(outcome.error(), format);
              } else {
                done.accept(format.parameters());
                client.answeredElsewhere(null);
              }
            });
    return Outcome.DONE;
  }

  // ---- both

  private Outcome run(
      long total, ForeignSource source, StatementFacts facts, MysqlForeignFormat format) {
    return forwarded.run(
        source,
        facts,
        format.given() > 0 ? Want.PREPARED : Want.SIMPLE,
        format,
        mostRows(),
        () -> parts.input().begin(total, true),
        outcome -> end(outcome, format));
  }

  private void take(long total) {
    parts.input().begin(total, true);
    client.sentElsewhere();
  }

  private void end(ForeignOutcome outcome, MysqlForeignFormat format) {
    if (outcome.error() != null) {
      fail(outcome.error(), format);
      return;
    }
    answers.own().forgetError();
    client.replyElsewhere(
        outcome.result()
            ? answers.endOfRows(format.sequence(), agreed.deprecatesEof())
            : answers.changed(format.sequence(), outcome.rows()));
    client.answeredElsewhere(null);
  }

  private void fail(ServerError why, MysqlForeignFormat format) {
    fail(why, format.sequence());
  }

  private void fail(ServerError why, int sequence) {
    client.replyElsewhere(answers.failure(sequence, why));
    client.answeredElsewhere(why);
  }

  /** Limit that drivers set where an application wants no more rows; 0 for all. */
  private int mostRows() {
    String most = carried.variables().get("sql_select_limit");
    return most != null && most.length() < 10 ? Integer.parseInt(most) : 0;
  }

  @Override
  public String obstacle() {
    for (String name : List.of(SessionCharacters.CLIENT, SessionCharacters.RESULTS)) {
      String charset = SessionCharacters.charset(carried.variables()::get, name);
      boolean utf8 =
          charset == null
              ? hasUtf8(agreed.collation())
              : UTF8.contains(charset.toLowerCase(Locale.ROOT));
      if (!utf8) {
        return "another " + name + " than utf8mb4";
      }
    }
    return null;
  }

  /** True if a collation, by its number, is one of UTF-8, or none was requested. */
  private static boolean hasUtf8(int collation) {
    if (collation >= 2048) {
      return collation < 2560; // MariaDB's newer ones: a range for each character set
    }
    int number = collation > 1024 ? collation - 1024 : collation; // the same without padding
    return number == 0
        || number == 33
        || number == 45
        || number == 46
        || number == 76
        || number == 83
        || (number >= 192 && number < 248)
        || (number >= 255 && number < 640);
  }
}
