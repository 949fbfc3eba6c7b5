package dev.heimdall.engine.sql;

/**
 * An expression that an operator or function is applied to, as far as the text shows its type.
 *
 * @param kind source of its type
 * @param name of a column or type; else null
 * @param part whether a name stands before that of the column; of a type, whether it is an array
 * @param from what returns it; else null
 * @param array the array that it is an element of; else null
 */
public record Operand(Kind kind, String name, boolean part, Application from, Operand array) {
  /** An expression whose type the text does not show. */
  public static final Operand ANY = new Operand(Kind.ANY, null, false, null, null);

  /** A literal, number or parameter: which of them is not told by a fingerprint. */
  public static final Operand LITERAL = new Operand(Kind.LITERAL, null, false, null, null);

  /** Source of an operand's type. */
  public enum Kind {
    ANY,
    LITERAL,
    COLUMN,
    TYPE,
    RESULT,
    ELEMENT
  }

  public static Operand column(String name, boolean qualified) {
    return new Operand(Kind.COLUMN, name, qualified, null, null);
  }

  public static Operand type(String name, boolean array) {
    return new Operand(Kind.TYPE, name, array, null, null);
  }

  public static Operand result(Application of) {
    return new Operand(Kind.RESULT, null, false, of, null);
  }

  /** Returns an expression of its own of which nothing is known. */
  public static Operand unknown() {
    return new Operand(Kind.ANY, null, false, null, null);
  }

  public static Operand element(Operand of) {
    return new Operand(Kind.ELEMENT, null, false, null, of);
  }
}
