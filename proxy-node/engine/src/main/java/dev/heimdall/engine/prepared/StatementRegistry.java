package dev.heimdall.engine.prepared;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.CacheShare;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The prepared statements of one event loop, by content. Statements that no session names any more
 * are kept for a while, so that clients that come and go find them still prepared.
 */
public final class StatementRegistry {
  private static final ServerError NO_MEMORY =
      ServerError.fatal(Sqlstate.OUT_OF_MEMORY, "no memory for another prepared statement")
          .withDetail("Those of all clients weigh as much as memoryBudget allows.");

  private static final int KEEP_UNUSED = 1000;
  private static final int LARGE = 16 * 1024;
  private static final int OF_NAME = 120;

  private final ServerNaming naming;
  private final Map<Key, PreparedStatement> statements = new HashMap<>();
  private final LinkedHashMap<PreparedStatement, Boolean> unused = new LinkedHashMap<>();
  private final Key probe = new Key();
  private final MemoryBudget budget;
  private final CacheShare share;
  private final CacheShare named;
  private long created;
  private long weightNamed;
  private long held;
  private long weightUnused;
  private long evictions;

  /**
   * @param naming of statements on servers
   * @param budget what statements may weigh
   */
  public StatementRegistry(ServerNaming naming, MemoryBudget budget) {
    this.naming = naming;
    this.budget = budget;
    this.share = budget.ofLoop(BudgetedCache.PREPARED);
    this.named = budget.ofLoop(BudgetedCache.NAMED);
  }

  /**
   * Identity of a statement: the text and types, the basis on which its names resolve, whether
   * clients name it, and how much DDL was seen before it was parsed. A plan made before a change of
   * its tables must not be handed to a client that parses after it.
   */
  static final class Key {
    private static final VarHandle EIGHT =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] content;
    private int length;
    private Origin origin;
    private String scope;
    private long epoch;
    private int hash;

    Key set(byte[] content, int length, Origin origin, String scope, long epoch) {
      this.content = content;
      this.length = length;
      this.origin = origin;
      this.scope = scope;
      this.epoch = epoch;
      int value = origin.ordinal() + 31 * (scope.hashCode() + 31 * Long.hashCode(epoch));
      long mixed = value;
      int at = 0;
      for (; length - at >= Long.BYTES; at += Long.BYTES) {
        mixed = (mixed ^ (long) EIGHT.get(content, at)) * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
      }
      for (; at < length; at++) {
        mixed = 31 * mixed + content[at];
      }
      this.hash = Long.hashCode(mixed);
      return this;
    }

    /** About how many bytes it takes in memory, without the content. */
    long weight() {
      return 100 + 2L * scope.length();
    }

    long epoch() {
      return epoch;
    }

    String scope() {
      return scope;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that
          && hash == that.hash
          && origin == that.origin
          && epoch == that.epoch
          && scope.equals(that.scope)
          && Arrays.equals(content, 0, length, that.content, 0, that.length);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The statement with this content; the caller holds it until {@link #release}.
   *
   * @param content only read; copied when the statement is new
   * @param scope what the names in the text are resolved through, and its constants read by:
   *     database, search path, role, and further settings
   */
  public PreparedStatement acquire(
      byte[] content, int length, Origin origin, StatementFacts facts, String scope, long epoch) {
    PreparedStatement statement = statements.get(probe.set(content, length, origin, scope, epoch));
    if (statement == null) {
      statement = create(null, content, length, origin, facts, scope, epoch, false);
    }
    hold(statement);
    return statement;
  }

  /**
   * @param given the name that a client has given it; null for one of the node's
   */
  private PreparedStatement create(
      byte[] given,
      byte[] content,
      int length,
      Origin origin,
      StatementFacts facts,
      String scope,
      long epoch,
      boolean alone) {
    byte[] own = Arrays.copyOf(content, length);
    Key key = new Key().set(own, length, origin, scope, epoch);
    byte[] onServer = given == null ? naming.name(++created) : given;
    StatementName name = new StatementName(onServer, length, given != null);
    PreparedStatement statement = new PreparedStatement(name, own, origin, facts, key, alone);
    if (!alone) {
      statements.put(key, statement);
    }
    return statement;
  }

  /**
   * A statement that is one client's, whatever its content.
   *
   * @param given the name that it is to have on servers, which others may give as well; null for
   *     one that it shares with no other
   */
  public PreparedStatement acquireAlone(
      byte[] given, byte[] content, Origin origin, StatementFacts facts, String scope, long epoch) {
    PreparedStatement statement =
        create(given, content, content.length, origin, facts, scope, epoch, true);
    statement.name().users++;
    held(statement);
    return statement;
  }

  /** Another one holds a statement, also one without holders. */
  public void hold(PreparedStatement statement) {
    if (statement.name().users++ == 0) {
      used(statement);
    }
  }

  private void used(PreparedStatement statement) {
    if (unused.remove(statement) != null) {
      weightUnused -= statement.weight();
    }
    held(statement);
  }

  public void release(PreparedStatement statement) {
    if (--statement.name().users > 0) {
      return;
    }
    weightNamed -= statement.weight();
    held--;
    if (!statement.isAlone()) {
      if (statement.body().length > LARGE) {
        statements.remove(statement.key(), statement);
      } else {
        keepUnused(statement);
      }
    }
    report();
  }

  private void keepUnused(PreparedStatement statement) {
    unused.put(statement, Boolean.TRUE);
    weightUnused += statement.weight();
    while (unused.size() > KEEP_UNUSED || weightUnused > share.limit()) {
      PreparedStatement eldest = unused.keySet().iterator().next();
      unused.remove(eldest);
      statements.remove(eldest.key(), eldest);
      weightUnused -= eldest.weight();
      evictions++;
    }
  }

  /** A client gives a statement a name of so many bytes, which counts with the statements. */
  public void nameGiven(int length) {
    weightNamed += OF_NAME + length;
    report();
  }

  /** A client takes such a name back. */
  public void nameTaken(int length) {
    weightNamed -= OF_NAME + length;
    report();
  }

  /** A statement without holders is held now. */
  private void held(PreparedStatement statement) {
    weightNamed += statement.weight();
    held++;
    report();
  }

  private void report() {
    share.report(weightUnused, unused.size(), evictions);
    named.report(weightNamed, held, 0);
  }

  /** Error because of which no client may name another statement; null if one may. */
  public ServerError refusesAnother() {
    return budget.full(BudgetedCache.NAMED) ? NO_MEMORY : null;
  }

  ServerNaming naming() {
    return naming;
  }

  /** Statements known, unused ones included. */
  public int size() {
    return statements.size();
  }
}
