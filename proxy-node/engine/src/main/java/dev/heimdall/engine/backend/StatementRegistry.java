package dev.heimdall.engine.backend;

import dev.heimdall.engine.sql.StatementFacts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The prepared statements of one event loop, by content. Statements that no session names any more
 * are kept for a while, so that clients that come and go find them still prepared.
 */
public final class StatementRegistry {
  private static final int KEEP_UNUSED = 1000;
  private static final int LARGE = 16 * 1024;

  private final String namePrefix;
  private final Map<Key, PreparedStatement> statements = new HashMap<>();
  private final LinkedHashMap<PreparedStatement, Boolean> unused = new LinkedHashMap<>();
  private long created;

  public StatementRegistry(int loop) {
    this.namePrefix = PreparedStatement.PREFIX + loop + "_";
  }

  /**
   * What makes two statements the same: the text and types, what its names resolve through, and how
   * much DDL was seen before it was parsed. A plan made before a change of its tables must not be
   * handed to a client that parses after it.
   */
  static final class Key {
    private final byte[] content;
    private final boolean sql;
    private final String scope;
    private final long epoch;
    private final int hash;

    Key(byte[] content, boolean sql, String scope, long epoch) {
      this.content = content;
      this.sql = sql;
      this.scope = scope;
      this.epoch = epoch;
      this.hash = Objects.hash(Arrays.hashCode(content), sql, scope, epoch);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that
          && hash == that.hash
          && sql == that.sql
          && epoch == that.epoch
          && scope.equals(that.scope)
          && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The statement with this content; the caller holds it until {@link #release}.
   *
   * @param scope what the names in the text are resolved through: database, search path and role
   */
  public PreparedStatement acquire(
      byte[] content, boolean sql, StatementFacts facts, String scope, long epoch) {
    Key key = new Key(content, sql, scope, epoch);
    PreparedStatement statement = statements.get(key);
    if (statement == null) {
      statement = new PreparedStatement(namePrefix + ++created, content, sql, facts, key);
      statements.put(key, statement);
    }
    if (statement.users++ == 0) {
      unused.remove(statement);
    }
    return statement;
  }

  /** A statement that shares its name with no other, whatever its content. */
  public PreparedStatement acquireAlone(
      byte[] content, boolean sql, StatementFacts facts, String scope, long epoch) {
    return acquire(content, sql, facts, scope + '\0' + created, epoch);
  }

  public void release(PreparedStatement statement) {
    if (--statement.users == 0) {
      if (statement.body().length > LARGE) {
        statements.remove(statement.key());
        return;
      }
      unused.put(statement, Boolean.TRUE);
      if (unused.size() > KEEP_UNUSED) {
        PreparedStatement eldest = unused.keySet().iterator().next();
        unused.remove(eldest);
        statements.remove(eldest.key());
      }
    }
  }

  /** Statements known, those in nobody's use included. */
  public int size() {
    return statements.size();
  }
}
