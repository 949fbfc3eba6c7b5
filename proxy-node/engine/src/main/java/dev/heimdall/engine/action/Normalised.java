package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import java.nio.charset.StandardCharsets;

/** Texts without their values, for people. */
final class Normalised {
  private static final int LONGEST = 4_000;

  private Normalised() {}

  static String text(String sql, SqlDialect dialect, LexerMode lexerMode) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    String text = new Fingerprinter(dialect, 0, 0).normalised(bytes, 0, bytes.length, lexerMode);
    return text.length() > LONGEST ? text.substring(0, LONGEST) + " …" : text;
  }
}
