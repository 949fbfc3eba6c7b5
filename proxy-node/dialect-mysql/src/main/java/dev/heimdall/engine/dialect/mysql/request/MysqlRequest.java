package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A command. Those that a statement can be written for are judged as that statement. */
final class MysqlRequest implements Request {
  private static final int LONGEST_BEGIN = 64;

  private final RequestParts parts;
  private final NextStatement next;
  private final AgreedCapabilities agreed;
  private final SessionState carried;
  private final QueryText text;
  private final ClientAnswers answers;
  private final SessionLexing lexing;
  private final PreparedExecutions executions;
  private ServerConnection server;
  private byte type;
  private long total;

  MysqlRequest(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      ClientAnswers answers,
      SessionLexing lexing,
      PreparedExecutions executions) {
    this.parts = parts;
    this.next = parts.lifecycle().next();
    this.agreed = agreed;
    this.carried = parts.carried();
    this.text = text;
    this.answers = answers;
    this.lexing = lexing;
    this.executions = executions;
  }

  MysqlRequest at(ServerConnection now, byte command, long length) {
    server = now;
    type = command;
    total = length;
    return this;
  }

  byte type() {
    return type;
  }

  /** Length of its packets. */
  long total() {
    return total;
  }

  @Override
  public ServerConnection server() {
    return server;
  }

  @Override
  public Kind kind() {
    return switch (type) {
      case Command.QUERY -> Kind.TEXT;
      case Command.STMT_EXECUTE -> Kind.EXECUTION;
      case Command.STMT_BULK_EXECUTE -> Kind.BULK;
      case Command.STMT_PREPARE -> Kind.PREPARATION;
      default -> Kind.COMMAND;
    };
  }

  @Override
  public boolean standsAlone() {
    return true;
  }

  @Override
  public byte[] text() {
    text.read(parts.input().bytes(), total, true);
    return text.copy();
  }

  @Override
  public ServerError unfit() {
    return CommandsInSql.includes(type) && CommandsInSql.wantsText(next.decision())
        ? CommandsInSql.NO_TEXT
        : SessionKills.refusal(next.effects());
  }

  @Override
  public StatementFacts transactionControl(boolean begun) {
    if (type != Command.QUERY || !next.onItsWay() || !(server == null || endsWithout(begun))) {
      return null;
    }
    StatementFacts facts = next.effects();
    boolean plain =
        begun
            ? carried.variables().get(MysqlSettings.COMPLETION) == null
            : facts.kind() == StatementKind.BEGIN && begins();
    return plain ? facts : null;
  }

  /**
   * True of a client that has kept its connection, for a generated id for instance, and could do
   * without. What ends the transaction goes there: the answer decides whether it is kept.
   */
  private boolean endsWithout(boolean begun) {
    return !begun && !carried.held() && !carried.pins().any();
  }

  /**
   * Only of the plain forms it is known what a server answers: one that takes a snapshot takes it
   * at once, one that is to write may be refused, and the answer to one that only reads says so.
   */
  private boolean begins() {
    if (Payload.length(total) > LONGEST_BEGIN
        || !MysqlSettings.writesByDefault(carried.variables())
        || !text.read(parts.input().bytes(), total, true)
        || text.hasAttributes()) {
      return false;
    }
    String begin = new String(text.copy(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return !begin.contains("read")
        && !begin.contains("snapshot")
        && (begin.startsWith("s") || (begin.startsWith("b") && !lexing.hasBlocks()));
  }

  // ---- answers

  @Override
  public void refuse(ServerError error) {
    take();
    answers.error(total, error);
  }

  @Override
  public boolean carriedOut(long rows) {
    take();
    if (type == Command.FIELD_LIST) {
      answers.eof(total, agreed.deprecatesEof()); // of no columns
    } else {
      answers.carriedOut(total, rows);
    }
    return true;
  }

  /** Values that were sent ahead of an execution are over with it. */
  private void take() {
    if (PreparedExecutions.executes(type)) {
      executions.taken();
    }
  }

  @Override
  public void controlled(StatementFacts facts) {
    answers.begun(total);
  }
}
