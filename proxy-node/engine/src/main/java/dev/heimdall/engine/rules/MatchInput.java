package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.LiteralReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** A text on which expressions are tried; what some of them need is made when it is needed. */
final class MatchInput {
  private final LiteralReader reader;
  private final byte[] bytes;
  private final LexerMode lexerMode;
  private String whole;
  private Set<String> literals;

  MatchInput(LiteralReader reader, byte[] bytes, LexerMode lexerMode) {
    this.lexerMode = lexerMode;
    this.reader = reader;
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * The text as characters. Regular expressions are tried on these and not on the bytes: on bytes
   * the library takes the place after any character outside of ASCII for the beginning of the text.
   */
  String whole() {
    if (whole == null) {
      whole = new String(bytes, StandardCharsets.UTF_8);
    }
    return whole;
  }

  /** True if one of these is the value of a string literal. */
  boolean hasLiteral(Set<String> wanted) {
    if (literals == null) {
      literals = reader.read(bytes, 0, bytes.length, lexerMode);
    }
    return wanted.stream().anyMatch(literals::contains);
  }
}
