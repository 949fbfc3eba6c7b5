package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLiteral;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that a statement can be written for: rules judge them as that statement, or a client
 * could evade a rule by the command (MySQL Internals, "Utility Commands").
 */
final class CommandsInSql {
  /** Options of FLUSH by the bits of COM_REFRESH, from the lowest one. */
  private static final List<String> FLUSHED =
      List.of("PRIVILEGES", "LOGS", "TABLES", "HOSTS", "STATUS");

  private static final int FLUSHES = (1 << FLUSHED.size()) - 1;

  /** Error of a command that rules want transformed or forwarded, which needs a text. */
  static final ServerError NO_TEXT =
      ServerError.error("42000", "A rule wants what a command cannot have: send the statement")
          .withNumber(1235);

  private CommandsInSql() {}

  /** True if there is a statement for the command. */
  static boolean includes(byte type) {
    return switch (type) {
      case Command.INIT_DB, Command.FIELD_LIST, Command.PROCESS_INFO, Command.REFRESH -> true;
      default -> false;
    };
  }

  /**
   * True if rules want another text, or that a data source carries it out that takes only texts.
   */
  static boolean wantsText(Decision decision) {
    return decision.transformed().isPresent() || decision.forward().isPresent();
  }

  /**
   * The statement for the command at the reader's position, in the client's character set.
   *
   * @param mode how the session reads texts
   */
  static byte[] of(byte type, ByteBuf in, long total, LexerMode mode) {
    int length = (int) Payload.length(total) - 1;
    int at = in.readerIndex() + Packet.HEADER + 1;
    String body = in.toString(at, length, StandardCharsets.ISO_8859_1);
    String sql =
        switch (type) {
          case Command.INIT_DB -> "USE " + MysqlLiteral.name(body);
          case Command.FIELD_LIST -> columns(body, mode);
          case Command.PROCESS_INFO -> "SHOW PROCESSLIST";
          case Command.REFRESH -> flush(body.isEmpty() ? 0 : body.charAt(0));
          default -> throw new IllegalArgumentException("no statement for " + type);
        };
    return sql.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A table, and behind a zero byte what its columns' names have to be like. */
  private static String columns(String body, LexerMode mode) {
    int zero = body.indexOf(0);
    String columns =
        "SHOW COLUMNS FROM " + MysqlLiteral.name(zero < 0 ? body : body.substring(0, zero));
    return zero < 0 || zero + 1 == body.length()
        ? columns
        : columns + " LIKE " + MysqlLiteral.text(body.substring(zero + 1), mode);
  }

  private static String flush(int bits) {
    List<String> flushed = new ArrayList<>();
    for (int i = 0; i < FLUSHED.size(); i++) {
      if ((bits & 1 << i) != 0) {
        flushed.add(FLUSHED.get(i));
      }
    }
    String flush = "FLUSH " + String.join(", ", flushed);
    // The others reset replication, or make threads anew.
    return (bits & ~FLUSHES) == 0 ? flush : flush + "; RESET REPLICA; RESET BINARY LOGS AND GTIDS";
  }
}
