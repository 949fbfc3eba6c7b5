package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;

/**
 * A text that was classified, kept with what was found, so that a prepared statement need not be
 * looked through each time it is run. Belongs to one event loop.
 */
public final class ClassifiedText {
  /** Of a text that comes without types of parameters. */
  static final int[] NO_TYPES = {};

  private byte[] sql = new byte[0];
  private int[] types = NO_TYPES;
  private int length;
  private LexerMode lexerMode;
  private StatementFacts effects;
  private FingerprintEntry known;
  private long exactHigh;
  private long exactLow;

  /** Takes over what was found out of a text; the bytes are only referred to. */
  void set(
      byte[] text,
      int textLength,
      LexerMode mode,
      StatementFacts found,
      FingerprintEntry like,
      long high,
      long low) {
    sql = text;
    length = textLength;
    lexerMode = mode;
    effects = found;
    known = like;
    exactHigh = high;
    exactLow = low;
  }

  /** The text, from the first byte. */
  public byte[] sql() {
    return sql;
  }

  /** About how many bytes it takes that nothing else refers to; of none at all nothing. */
  public static int weight(ClassifiedText examined) {
    return examined == null ? 0 : examined.sql.length;
  }

  public int length() {
    return length;
  }

  public LexerMode lexerMode() {
    return lexerMode;
  }

  StatementFacts effects() {
    return effects;
  }

  /** Object ids of the types that its parameters were declared to be of; only read. */
  public int[] types() {
    return types;
  }

  void types(int[] declared) {
    types = declared;
  }

  /** Facts known about texts like it. */
  public FingerprintEntry known() {
    return known;
  }

  /** Sets the facts known about texts like it, which were looked up anew. */
  void known(FingerprintEntry now) {
    known = now;
  }

  long exactHigh() {
    return exactHigh;
  }

  long exactLow() {
    return exactLow;
  }
}
