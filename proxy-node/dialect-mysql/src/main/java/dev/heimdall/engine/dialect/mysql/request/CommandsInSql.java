package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that a statement can be written for: rules judge them as that statement, or a client
 * could evade a rule by the command (MySQL Internals, "Utility Commands").
 */
final class CommandsInSql {
  /** What the bits of COM_REFRESH stand for, from the lowest one. */
  private static final List<String> FLUSHED =
      List.of("PRIVILEGES", "LOGS", "TABLES", "HOSTS", "STATUS");

  private static final int FLUSHES = (1 << FLUSHED.size()) - 1;

  /** What a rule wants needs a text, which the command is not. */
  static final ServerError NO_TEXT =
      ServerError.error("42000", "A rule wants what a command cannot have: send the statement")
          .withNumber(1235);

  private CommandsInSql() {}

  /** Whether there is a statement for the command. */
  static boolean includes(byte type) {
    return switch (type) {
      case Command.INIT_DB, Command.FIELD_LIST, Command.PROCESS_INFO, Command.REFRESH -> true;
      default -> false;
    };
  }

  /**
   * Whether rules want another text, or that a data source carries it out that takes only texts.
   */
  static boolean wantsText(Decision decision) {
    return decision.transformed().isPresent() || decision.forward().isPresent();
  }

  /** The statement for the command at the reader's position, in the client's character set. */
  static byte[] of(byte type, ByteBuf in, long total) {
    int length = (int) Payload.length(total) - 1;
    ByteBuf body = in.slice(in.readerIndex() + Packet.HEADER + 1, length);
    return switch (type) {
      case Command.INIT_DB -> text("USE ", '`', body, "");
      case Command.FIELD_LIST -> columns(body);
      case Command.PROCESS_INFO -> bytes("SHOW PROCESSLIST");
      case Command.REFRESH -> bytes(flush(length > 0 ? body.getUnsignedByte(0) : 0));
      default -> throw new IllegalArgumentException("no statement for " + type);
    };
  }

  /** A table, and behind a zero byte what its columns' names have to be like. */
  private static byte[] columns(ByteBuf body) {
    int end = body.bytesBefore((byte) 0);
    ByteBuf table = body.slice(0, end < 0 ? body.readableBytes() : end);
    String like = "";
    if (end >= 0 && end + 1 < body.readableBytes()) {
      ByteBuf wild = body.slice(end + 1, body.readableBytes() - end - 1);
      like = new String(text(" LIKE ", '\'', wild, ""), StandardCharsets.ISO_8859_1);
    }
    return text("SHOW COLUMNS FROM ", '`', table, like);
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

  private static byte[] text(String before, char quote, ByteBuf name, String behind) {
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(bytes(before)).writeByte(quote);
    for (int i = 0; i < name.readableBytes(); i++) {
      byte each = name.getByte(i);
      if (each == quote) {
        out.writeByte(quote);
      }
      out.writeByte(each);
    }
    out.writeByte(quote).writeBytes(bytes(behind));
    return ByteBufUtil.getBytes(out);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
