package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerPins;
import dev.heimdall.engine.dialect.sqlserver.sql.SystemProcedures;
import dev.heimdall.engine.dialect.sqlserver.sql.TransactionWords;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Meaning of a client's requests for its transaction, if that may have to be run again. */
final class ReplayNotes {
  /** Texts of JDBC's driver for a savepoint in an open transaction, and for a rollback. */
  private static final Pattern SAVES =
      idiom(
          "IF @@TRANCOUNT = 0 BEGIN BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN END SAVE TRAN \\S+");

  private static final Pattern ROLLS_BACK = idiom("IF @@TRANCOUNT > 0 ROLLBACK TRAN( \\S+)?");

  private final RequestParts parts;
  private final TdsRequest request;
  private final Supplier<LexerMode> mode;

  ReplayNotes(RequestParts parts, TdsRequest request, Supplier<LexerMode> mode) {
    this.parts = parts;
    this.request = request;
    this.mode = mode;
  }

  /**
   * A request is on its way.
   *
   * @param said by its text
   * @param awaitsRows whether its server waits for rows behind it
   * @param resets whether the session is as new before it
   */
  void sent(StatementFacts said, boolean awaitsRows, boolean resets) {
    if (resets) {
      parts.notes().over();
      return;
    }
    parts.notes().statement(parts.notes().keeps() ? apart(said) : said);
    Unreplayed obstacle = obstacle(said, awaitsRows);
    if (obstacle != null) {
      parts.notes().giveUp(obstacle);
    }
  }

  private static Pattern idiom(String words) {
    return Pattern.compile(
        "\\s*" + words.replace(" ", "\\s+") + "[\\s;]*", Pattern.CASE_INSENSITIVE);
  }

  /** Of several statements, only some can end a transaction. */
  private StatementFacts apart(StatementFacts said) {
    if (said.kind() != StatementKind.MULTI || !said.transactionControlInside()) {
      return said;
    }
    if (!TransactionWords.in(request.text(), mode.get())) {
      return new StatementFacts(
          said.kind(), said.statements(), said.effects(), false, false, false, said.redefining());
    }
    String text = new String(request.text(), StandardCharsets.UTF_8);
    Matcher back = ROLLS_BACK.matcher(text);
    boolean all = back.matches() && back.group(1) == null;
    return all
        ? StatementFacts.ofSingle(StatementKind.ROLLBACK, List.of(), false)
        : back.matches() || SAVES.matcher(text).matches()
            ? StatementFacts.ofSingle(StatementKind.SAVEPOINT, List.of(), false)
            : said;
  }

  private Unreplayed obstacle(StatementFacts said, boolean awaitsRows) {
    if (awaitsRows || request.type() == TdsPacket.BULK_LOAD) {
      return Unreplayed.COPY;
    }
    if (request.streams()) {
      return Unreplayed.SIZE;
    }
    if (request.calls() != null && request.calls().stream().anyMatch(ReplayNotes::ofCursor)) {
      return Unreplayed.PINNED;
    }
    return said.kind() == StatementKind.CALL || runsCode(said.effects()) ? Unreplayed.COMMIT : null;
  }

  private static boolean ofCursor(RpcCall call) {
    int procedure = call.procedure();
    return RpcProcedure.opensCursor(procedure)
        || RpcProcedure.usesCursor(procedure)
        || RpcProcedure.preparesCursor(procedure);
  }

  /** True if it runs code of which nothing is known: it may commit. */
  private static boolean runsCode(List<Effect> effects) {
    return effects.stream()
        .anyMatch(
            effect ->
                SqlServerPins.RUN_TEXT.equals(effect.detail())
                    || effect.is(SqlServerEffect.CALLS_UNSEEN)
                        && SystemProcedures.mayChangeSession(effect.name()));
  }
}
