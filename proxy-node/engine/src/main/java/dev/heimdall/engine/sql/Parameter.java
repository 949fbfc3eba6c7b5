package dev.heimdall.engine.sql;

/**
 * The value of a statement's parameter, as a client sent it. The bytes are not copied.
 *
 * @param name with which texts have it, where they have names, and not places; else null
 * @param type the number of its type in the client's protocol; 0 for none
 * @param binary whether the value is in the binary format
 * @param value the value's bytes; null for NULL
 */
public record Parameter(String name, int type, boolean binary, byte[] value) {
  /** A parameter that texts have by its place. */
  public Parameter(int type, boolean binary, byte[] value) {
    this(null, type, binary, value);
  }

  public int length() {
    return value == null ? 0 : value.length;
  }

  @Override
  public String toString() {
    return "a parameter of the type " + type;
  }
}
