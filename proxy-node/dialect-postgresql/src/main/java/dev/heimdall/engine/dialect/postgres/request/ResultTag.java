package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import io.netty.buffer.ByteBuf;

/** Command tags of statements that are answered without having been carried out. */
final class ResultTag {
  private ResultTag() {}

  /** The tag that PostgreSQL would give the statement for so many rows. */
  static String of(StatementFacts facts, ByteBuf text, int at, int length, long rows) {
    if (facts.kind() == StatementKind.SELECT) {
      return "SELECT " + rows;
    }
    int word = at;
    int end = at + length;
    while (word < end && !isLetter(text.getByte(word))) {
      word++;
    }
    if (word == end) {
      return "UPDATE " + rows;
    }
    return switch (text.getByte(word) | 0x20) {
      case 'i' -> "INSERT 0 " + rows;
      case 'd' -> "DELETE " + rows;
      case 'm' -> "MERGE " + rows;
      default -> "UPDATE " + rows;
    };
  }

  private static boolean isLetter(byte b) {
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'z';
  }
}
