package dev.heimdall.engine.sql;

/**
 * Way in which a text changes the definitions by which statements are judged, as far as it says.
 */
public enum Redefining {
  NOT,
  /** It runs a code block, a procedure or what was prepared, which may. */
  BY_CODE,
  /** It does, or has a part among others that cannot be told from its neighbours. */
  ITSELF;

  /** Of a single statement. */
  static Redefining of(StatementKind kind) {
    return switch (kind) {
      case DDL -> ITSELF;
      case BLOCK, CALL -> BY_CODE;
      default -> NOT;
    };
  }

  /**
   * With one more statement of the same text. One that is not understood may be the middle of
   * another one, and what an EXECUTE runs is looked up only where it stands alone.
   */
  public Redefining and(StatementKind kind) {
    Redefining other =
        switch (kind) {
          case UNKNOWN -> ITSELF;
          case EXECUTE -> BY_CODE;
          default -> of(kind);
        };
    return compareTo(other) < 0 ? other : this;
  }
}
