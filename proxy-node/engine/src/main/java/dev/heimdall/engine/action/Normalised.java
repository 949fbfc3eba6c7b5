package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;

/** Texts without their values, for people. */
final class Normalised {
  private static final int LONGEST = 4_000;

  private Normalised() {}

  static String text(String sql, Dialect dialect, LexerMode lexerMode) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    String text = new Fingerprinter(dialect, 0, 0).normalised(bytes, 0, bytes.length, lexerMode);
    return text.length() > LONGEST ? text.substring(0, LONGEST) + " …" : text;
  }
}
