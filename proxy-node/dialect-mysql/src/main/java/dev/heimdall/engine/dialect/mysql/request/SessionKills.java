package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.client.OtherSessions;
import dev.heimdall.engine.dialect.mysql.fleet.KillErrors;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.Peer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * KILL of what clients know by the number that they were greeted with, which is a session of the
 * node's. No server gets such a number: one of its connections could have the same.
 */
final class SessionKills {
  /** A command of more bytes is no KILL that is answered here. */
  static final int LONGEST = 1024;

  private static final Pattern OF_ITSELF =
      Pattern.compile(
          "\\s*KILL\\s+(?:(?:HARD|SOFT)\\s+)?(?:(?:QUERY|CONNECTION)\\s+)?CONNECTION_ID\\s*\\(\\s*\\)"
              + "[\\s;]*",
          Pattern.CASE_INSENSITIVE);

  private static final ServerError COMPUTED =
      ServerError.error(
              "42000",
              "The number of a connection to KILL must be written out, in a statement by itself")
          .withNumber(1235);

  private final RequestParts parts;
  private final ClientAnswers answers;

  /** True if the session's node has been asked for the one at the reader's position. */
  private boolean asked;

  /** Outcome of the kill; null as long as it is unknown. */
  private KillOutcome outcome;

  SessionKills(RequestParts parts, ClientAnswers answers) {
    this.parts = parts;
    this.answers = answers;
  }

  // ---- statements

  /**
   * Returns the error for a statement that goes to no server, and cannot be prepared, as it kills
   * something other than by a number that only a server's connection can have; else null.
   */
  static ServerError refusal(StatementFacts facts) {
    return concerns(facts) ? COMPUTED : null;
  }

  private static boolean concerns(StatementFacts facts) {
    List<Effect> effects = facts.effects();
    for (int i = 0; i < effects.size(); i++) {
      if (isKill(effects.get(i)) && mayBeOfSession(effects.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isKill(Effect effect) {
    return effect.is(MysqlEffect.KILLS_CONNECTION) || effect.is(MysqlEffect.KILLS_QUERY);
  }

  private static boolean mayBeOfSession(Effect kill) {
    long number = number(kill);
    return number < 0 || OtherSessions.isNumber(number);
  }

  /** Negative if it is no plain number. */
  private static long number(Effect kill) {
    String name = kill.name();
    return !name.isEmpty()
            && name.length() <= 18
            && name.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(name)
        : -1;
  }

  /**
   * Answers the statement if it is a KILL of a session. Rules are not asked, as they are not about
   * cancel requests of other protocols.
   *
   * @param text of the command at the reader's position
   */
  Outcome answer(long total, QueryText text, LexerMode mode) {
    if (!mayBeKill(text, mode)) {
      return Outcome.NEXT;
    }
    StatementFacts facts =
        parts.sessions().classifier().classify(text.bytes(), text.start(), text.length(), mode);
    if (facts.kind() != StatementKind.UTILITY || !concerns(facts)) {
      return Outcome.NEXT;
    }
    Effect kill = facts.effects().get(0);
    long number = number(kill);
    if (number < 0
        && OF_ITSELF.matcher(new String(text.copy(), StandardCharsets.ISO_8859_1)).matches()) {
      number = parts.others().own();
    }
    return number < 0
        ? refuse(total, COMPUTED)
        : kill(total, number, kill.is(MysqlEffect.KILLS_QUERY));
  }

  /** Nearly all statements are told apart by their first letter. */
  private boolean mayBeKill(QueryText text, LexerMode mode) {
    byte[] bytes = text.bytes();
    int at = text.start();
    int end = at + text.length();
    while (at < end && bytes[at] >= 0 && bytes[at] <= ' ') {
      at++;
    }
    if (at == end) {
      return false;
    }
    switch (bytes[at]) {
      case 'k', 'K' -> {
        return true;
      }
      case '/', '-', '#' -> { // a comment
        MysqlLexer lexer = new MysqlLexer(false);
        lexer.reset(bytes, at, end - at, mode);
        return lexer.next() == Lexer.WORD && (bytes[lexer.start()] | 0x20) == 'k';
      }
      default -> {
        return false;
      }
    }
  }

  // ---- the command

  /** Answers COM_PROCESS_KILL, if it is of a session. */
  Outcome answerCommand(long total) {
    ByteBuf in = parts.input().bytes();
    int at = in.readerIndex();
    if (Packet.payload(in, at) < 5) {
      return Outcome.NEXT;
    }
    long number = in.getUnsignedIntLE(at + Packet.HEADER + 1);
    return OtherSessions.isNumber(number) ? kill(total, number, false) : Outcome.NEXT;
  }

  // ---- both

  private Outcome kill(long total, long number, boolean query) {
    if (asked) {
      return outcome == null ? blocked() : answered(total, number);
    }
    if (number == parts.others().own()) {
      if (query) {
        return refuse(total, KillErrors.INTERRUPTED);
      }
      parts.client().fatal(KillErrors.INTERRUPTED.asFatal());
      return Outcome.WAIT;
    }
    asked = true;
    parts
        .others()
        .interrupt(
            (int) number,
            Peer::portOfMysql,
            !query,
            KillErrors.KILLED,
            found -> parts.loop().soon(() -> known(found), parts.client()::failed));
    return blocked();
  }

  private void known(KillOutcome found) {
    outcome = found;
    parts.client().resumeReading();
  }

  private Outcome blocked() {
    parts.control().block();
    return Outcome.WAIT;
  }

  private Outcome answered(long total, long number) {
    ServerError error = KillErrors.of(outcome, number);
    asked = false;
    outcome = null;
    if (error != null) {
      return refuse(total, error);
    }
    answers.ok(total, 0);
    return Outcome.DONE;
  }

  private Outcome refuse(long total, ServerError error) {
    answers.error(total, error);
    return Outcome.DONE;
  }
}
