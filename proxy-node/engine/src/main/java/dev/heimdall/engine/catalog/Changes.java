package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.RowChange;
import java.util.Set;

/** Sets of row changes as bits: graphs of many tables hold many of them. */
public final class Changes {
  public static final int INSERT = 1 << RowChange.INSERT.ordinal();
  public static final int UPDATE = 1 << RowChange.UPDATE.ordinal();
  public static final int DELETE = 1 << RowChange.DELETE.ordinal();
  public static final int TRUNCATE = 1 << RowChange.TRUNCATE.ordinal();
  public static final int ALL = INSERT | UPDATE | DELETE | TRUNCATE;

  private Changes() {}

  static int of(Set<RowChange> changes) {
    int bits = 0;
    for (RowChange change : changes) {
      bits |= 1 << change.ordinal();
    }
    return bits;
  }
}
