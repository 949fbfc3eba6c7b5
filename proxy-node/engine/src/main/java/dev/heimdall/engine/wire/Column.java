package dev.heimdall.engine.wire;

/** A column of an {@link Answer}. */
public record Column(String name, Type type) {
  /** Type of its values; they are given as text all the same. */
  public enum Type {
    /** "t" and "f". */
    BOOL,
    INT4,
    INT8,
    FLOAT8,
    TEXT
  }

  public static Column text(String name) {
    return new Column(name, Type.TEXT);
  }
}
