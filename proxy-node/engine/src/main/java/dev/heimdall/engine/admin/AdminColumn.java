package dev.heimdall.engine.admin;

/** A column of a result. */
public record AdminColumn(String name, Type type) {
  /** The types in use, with PostgreSQL's object id and size in bytes (-1: varies). */
  public enum Type {
    BOOL(16, 1),
    INT8(20, 8),
    INT4(23, 4),
    TEXT(25, -1),
    FLOAT8(701, 8);

    private final int oid;
    private final int size;

    Type(int oid, int size) {
      this.oid = oid;
      this.size = size;
    }

    public int oid() {
      return oid;
    }

    public int size() {
      return size;
    }
  }
}
