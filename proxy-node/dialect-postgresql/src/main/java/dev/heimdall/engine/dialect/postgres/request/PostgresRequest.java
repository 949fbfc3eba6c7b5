package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A Query, a function call, or a batch of the extended protocol. What a batch prepares is
 * remembered where no server is sent it.
 */
final class PostgresRequest implements Request {
  private final RequestParts parts;
  private final NextStatement next;
  private final UnsentStatement unsent;
  private final UnnamedStatement unnamed;
  private final LoneStatement statement;
  ServerConnection server;

  /** Type and length of its first message. */
  byte type;

  int total;

  PostgresRequest(
      RequestParts parts,
      UnsentStatement unsent,
      UnnamedStatement unnamed,
      LoneStatement statement) {
    this.parts = parts;
    this.next = parts.lifecycle().next();
    this.unsent = unsent;
    this.unnamed = unnamed;
    this.statement = statement;
  }

  /** It begins with a message of this type and length. */
  PostgresRequest at(ServerConnection now, byte first, long length) {
    server = now;
    type = first;
    total = (int) length;
    return this;
  }

  @Override
  public ServerConnection server() {
    return server;
  }

  @Override
  public Kind kind() {
    return switch (type) {
      case FrontendType.QUERY -> Kind.TEXT;
      case FrontendType.FUNCTION_CALL -> Kind.CALL;
      default -> Kind.BATCH;
    };
  }

  @Override
  public boolean standsAlone() {
    return statement.read();
  }

  @Override
  public byte[] text() {
    return statement.sql();
  }

  @Override
  public boolean errorsFailTransactions() {
    return true;
  }

  @Override
  public ServerError unfit() {
    return null;
  }

  @Override
  public StatementFacts transactionControl(boolean begun) {
    return server != null
            || !statement.read()
            || !statement.runsPlainly()
            || (statement.parses() && !statement.isUnnamed())
        ? null
        : statement.facts(begun ? "cera" : "bs");
  }

  // ---- answers

  @Override
  public void refuse(ServerError error) {
    parts.control().refuse(error);
  }

  @Override
  public boolean carriedOut(long rows) {
    if (statement.isQuery()) {
      ByteBuf text = statement.bytes();
      int length = statement.textLength();
      statement.reply(
          parts.client(), ResultTag.of(next.effects(), text, statement.textAt(), length, rows));
      return true;
    }
    ClassifiedText bound = unsent.bound();
    if (bound == null) {
      return false;
    }
    ByteBuf text = Unpooled.wrappedBuffer(bound.sql());
    String tag = ResultTag.of(next.effects(), text, 0, bound.length(), rows);
    unsent.prepare(bound);
    statement.reply(parts.client(), tag);
    return true;
  }

  @Override
  public void controlled(StatementFacts facts) {
    String tag =
        switch (facts.kind()) {
          case COMMIT -> "COMMIT";
          case ROLLBACK -> "ROLLBACK";
          default -> begun(text());
        };
    if (statement.parses()) {
      unnamed.becomes(statement.body(), facts);
    }
    statement.reply(parts.client(), tag);
  }

  /** The tag that a server answers to this text of a BEGIN. */
  private static String begun(byte[] sql) {
    String text = new String(sql, StandardCharsets.UTF_8).stripLeading();
    return text.regionMatches(true, 0, "start", 0, 5) ? "START TRANSACTION" : "BEGIN";
  }
}
