package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.cache.PatternWorth;
import dev.heimdall.engine.cache.QueryCache;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.RoutedStatement;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.ActionParameters;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Decides if a statement's answer may be given to any client that sends the same request, or the
 * reason that it may not.
 */
final class Suitability {
  private static final long NANOS_OF_MILLI = Duration.ofMillis(1).toNanos();

  private Suitability() {}

  /**
   * Returns the reason that the statement at the reader's position is not cached; null where it may
   * be.
   */
  static Uncached reason(SessionContext session) {
    RoutedStatement next = session.next();
    QueryCache cache = session.vdb().cache();
    Decision decision = next.decision();
    Uncached unsuited = byTransaction(session);
    if (unsuited != null) {
      return unsuited;
    }
    if (session.lease().keepsServer()) {
      return Uncached.PINNED;
    }
    if (goesBack(session)) {
      return Uncached.REPLICA;
    }
    if (decision.needsServer() || nanos(cache, decision) <= 0) {
      return Uncached.RULE;
    }
    if (next.effects().kind() != StatementKind.SELECT) {
      return Uncached.NOT_A_READ;
    }
    Statement statement = next.statement();
    if (statement == null || next.judgedBy() == null || next.judgedLongAgo()) {
      return Uncached.UNKNOWN;
    }
    if (!statement.readOnly()) {
      // One that reads what nothing is known of might write.
      boolean unknown =
          statement.basis() == Basis.ANYTHING
              && next.effects().effects().isEmpty()
              && !statement.parsed().locking();
      return unknown ? Uncached.UNKNOWN : Uncached.NOT_A_READ;
    }
    if (next.effects().statements() != 1) {
      return Uncached.SHAPE;
    }
    if (!next.readsOnly() || statement.readsSequences() || statement.maySeed()) {
      return Uncached.SESSION;
    }
    Uncached reason = byBasis(next, statement, decision.cache().orElseThrow());
    if (reason == null && tables(next).isEmpty() && !decision.withoutTables()) {
      reason = Uncached.NO_TABLES;
    }
    if (reason == null && !decision.cache().orElseThrow().unconditional()) {
      reason = byUse(cache, next);
    }
    if (reason != null) {
      return reason;
    }
    ClusterView view = session.vdb().pools().writes();
    return view == null || !view.keepsResults() ? Uncached.OUT_OF_TOUCH : null;
  }

  /**
   * Returns the reason, if any, that the earlier work of its transaction prevents caching. Nothing
   * may be there of one that the statement begins, and its rule has to match inside as well.
   */
  private static Uncached byTransaction(SessionContext session) {
    ClientTransaction transaction = session.transaction();
    boolean suited =
        switch (transaction.status()) {
          case IDLE ->
              !begins(session)
                  || (session.next().decision().cachesInTransactions()
                      && transaction.onlyReads()
                      && !session.sent().transaction().active());
          case OPEN ->
              transaction.onlyReads()
                  && session.pending().outstanding() == 0
                  && !session.sent().transaction().active();
          case FAILED -> false;
        };
    return suited && !session.losses().transactionLost() ? null : Uncached.TRANSACTION;
  }

  /**
   * True if what is kept may be newer than what its transaction reads next: a replica has it, and
   * no rule says that this does not matter.
   */
  private static boolean goesBack(SessionContext session) {
    return session.transaction().open()
        && session.replicas().away()
        && !session.next().decision().cache().orElseThrow().unconditional();
  }

  /** True if it is a read that rules might have cached outside of its transaction. */
  static boolean isUntold(SessionContext session) {
    RoutedStatement next = session.next();
    return session.transaction().open()
        && next.onItsWay()
        && next.effects().kind() == StatementKind.SELECT
        && next.decision().cache().isEmpty()
        && !next.decision().nocache();
  }

  /** True if a transaction begins with the statement, as autocommit is off and none is open. */
  static boolean begins(SessionContext session) {
    return session.transaction().status() == TransactionState.IDLE
        && !session.carried().settings().autocommits();
  }

  /** True if the statement is part of a transaction of several. */
  static boolean inside(SessionContext session) {
    return session.transaction().open() || begins(session);
  }

  /** By which snapshots it would be answered. Outside of transactions each has its own. */
  static Snapshots snapshots(SessionContext session) {
    return inside(session) ? session.protocol().snapshots() : Snapshots.OF_STATEMENT;
  }

  private static Uncached byBasis(
      RoutedStatement next, Statement statement, ActionParameters.Cache rule) {
    switch (statement.basis()) {
      case TABLES -> {
        return next.readsNamedTables() ? null : Uncached.UNKNOWN;
      }
      case MOMENT -> {
        if (!rule.unconditional()) {
          return Uncached.VOLATILE;
        }
        return next.readsNamedTables() ? null : Uncached.UNKNOWN;
      }
      case SERVER -> {
        return rule.cachesystem() ? null : Uncached.SYSTEM;
      }
      default -> {
        return Uncached.UNKNOWN;
      }
    }
  }

  /**
   * Returns the reason, if any, that results like its own, though they may be cached, are of no
   * use.
   */
  private static Uncached byUse(QueryCache cache, RoutedStatement next) {
    PatternWorth worth = cache.patterns().worth(next.normalised());
    if (!worth.keeps()) {
      return Uncached.RARELY_USED;
    }
    // Where certain rows are read, most writes are of others: how results fare decides.
    boolean byRows = !next.statement().keys().isEmpty() && worth.mayRestOnRows();
    return !byRows && cache.traffic().writtenOften(tables(next)) ? Uncached.WRITTEN_OFTEN : null;
  }

  /** Those that it reads, and those that a rule says it depends on. */
  static Collection<String> tables(RoutedStatement of) {
    if (of.decision().extraTables().isEmpty()) {
      return of.statement().tablesRead();
    }
    Set<String> all = new HashSet<>(of.statement().tablesRead());
    all.addAll(of.decision().extraTables());
    return all;
  }

  /** Returns the time for which its result may be served. */
  static long nanos(QueryCache cache, Decision decision) {
    long most = cache.settings().ttl().toNanos();
    OptionalInt millis = decision.ttlMillis();
    return millis.isEmpty() ? most : Math.min(most, millis.getAsInt() * NANOS_OF_MILLI);
  }
}
