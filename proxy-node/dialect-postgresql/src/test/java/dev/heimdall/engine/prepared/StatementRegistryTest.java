package dev.heimdall.engine.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatementRegistryTest {
  private final StatementRegistry registry =
      new StatementRegistry(StatementNames.ofLoop(3), new MemoryBudget(64L << 20, 1));

  private PreparedStatement acquire(String text) {
    return acquire(text, Origin.NAMED, "shop", 0);
  }

  private PreparedStatement acquire(String text, Origin origin, String scope, long epoch) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    return registry.acquire(content, content.length, origin, null, scope, epoch);
  }

  private static String name(PreparedStatement statement) {
    return new String(statement.serverName(), StandardCharsets.US_ASCII);
  }

  @Test
  void statementsThatNobodyNamesAreKeptByWhatTheyWeigh() {
    MemoryBudget budget = new MemoryBudget(1_000_000, 1);
    StatementRegistry small = new StatementRegistry(StatementNames.ofLoop(0), budget);
    byte[] content = new byte[10_000];
    for (int i = 0; i < 100; i++) {
      small.release(small.acquire(content, content.length - i, Origin.NAMED, null, "shop", 0));
    }
    assertThat(small.size()).isBetween(1, 3);
    assertThat(budget.use(BudgetedCache.PREPARED).bytes())
        .isBetween(1L, budget.use(BudgetedCache.PREPARED).limit());
    assertThat(budget.use(BudgetedCache.PREPARED).evictions()).isEqualTo(100L - small.size());
  }

  @Test
  void statementsThatClientsNameAreCountedUntilNobodyDoes() {
    MemoryBudget budget = new MemoryBudget(1_000_000, 2);
    StatementRegistry one = new StatementRegistry(StatementNames.ofLoop(0), budget);
    StatementRegistry other = new StatementRegistry(StatementNames.ofLoop(1), budget);
    byte[] content = new byte[100_000];
    PreparedStatement first = one.acquire(content, 100_000, Origin.NAMED, null, "shop", 0);
    one.acquire(content, 100_000, Origin.NAMED, null, "shop", 0);
    other.acquire(content, 99_999, Origin.NAMED, null, "shop", 0);
    assertThat(one.refusesAnother()).isNull();

    PreparedStatement third = other.acquire(content, 99_998, Origin.NAMED, null, "shop", 0);
    assertThat(one.refusesAnother()).isNotNull();
    assertThat(other.refusesAnother()).isNotNull();
    other.release(third);
    assertThat(one.refusesAnother()).isNull();
    one.release(first);
    assertThat(budget.use(BudgetedCache.NAMED).entries()).isEqualTo(2);
  }

  @Test
  void equalContentIsOneStatement() {
    assertThat(acquire("SELECT 1")).isSameAs(acquire("SELECT 1"));
    assertThat(registry.size()).isEqualTo(1);
  }

  @Test
  void anyDifferenceMakesAnotherStatementWithAnotherName() {
    Set<String> names = new HashSet<>();
    names.add(name(acquire("SELECT 1", Origin.NAMED, "shop", 0)));
    names.add(name(acquire("SELECT 2", Origin.NAMED, "shop", 0)));
    names.add(name(acquire("SELECT 1", Origin.SQL, "shop", 0)));
    names.add(name(acquire("SELECT 1", Origin.NAMED, "other", 0)));
    names.add(name(acquire("SELECT 1", Origin.NAMED, "shop", 1)));

    assertThat(names).hasSize(5);
    assertThat(registry.size()).isEqualTo(5);
  }

  @Test
  void namesBeginWithTheReservedPrefixAndTheLoop() {
    assertThat(name(acquire("SELECT 1"))).startsWith(StatementNames.PREFIX + "3_");
    assertThat(
            name(
                new StatementRegistry(StatementNames.ofLoop(4), new MemoryBudget(64L << 20, 1))
                    .acquire(new byte[0], 0, Origin.NAMED, null, "", 0)))
        .startsWith(StatementNames.PREFIX + "4_");
  }

  @Test
  void anUnusedStatementIsFoundAgain() {
    PreparedStatement first = acquire("SELECT 1");
    registry.release(first);

    assertThat(acquire("SELECT 1")).isSameAs(first);
  }

  @Test
  void ofUnusedStatementsTheLatestThousandAreKept() {
    PreparedStatement oldest = acquire("SELECT 0");
    PreparedStatement inUse = acquire("SELECT 'in use'");
    registry.release(oldest);
    for (int i = 1; i <= 1000; i++) {
      registry.release(acquire("SELECT " + i));
    }

    assertThat(registry.size()).isEqualTo(1001);
    assertThat(acquire("SELECT 'in use'")).isSameAs(inUse);
    assertThat(acquire("SELECT 0")).isNotSameAs(oldest);
  }

  @Test
  void aStatementTakenUpAgainIsNotForgotten() {
    PreparedStatement kept = acquire("SELECT 0");
    registry.release(kept);
    assertThat(acquire("SELECT 0")).isSameAs(kept);
    for (int i = 1; i <= 2000; i++) {
      registry.release(acquire("SELECT " + i));
    }

    assertThat(acquire("SELECT 0")).isSameAs(kept);
  }

  @Test
  void aStatementWithTwoUsersIsInUseUntilBothAreGone() {
    PreparedStatement shared = acquire("SELECT 0");
    acquire("SELECT 0");
    registry.release(shared);
    for (int i = 1; i <= 2000; i++) {
      registry.release(acquire("SELECT " + i));
    }

    assertThat(acquire("SELECT 0")).isSameAs(shared);
  }

  @Test
  void largeStatementsAreNotKeptUnused() {
    registry.release(acquire("SELECT '" + "x".repeat(20_000) + "'"));

    assertThat(registry.size()).isZero();
  }
}
