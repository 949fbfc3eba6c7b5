package dev.heimdall.engine.wire.sqlserver;

/**
 * The types of a result's columns, as far as its rows' lengths need them: for the rows of a cursor
 * that is fetched from without metadata.
 */
public final class RowLayout {
  private final int[] types;

  RowLayout(int[] types) {
    this.types = types;
  }

  int[] types() {
    return types;
  }

  public int columns() {
    return types.length;
  }
}
