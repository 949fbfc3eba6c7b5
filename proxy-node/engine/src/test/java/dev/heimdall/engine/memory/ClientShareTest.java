package dev.heimdall.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientShareTest {
  /** 750,000 bytes of unnamed statements, over two event loops. */
  private final MemoryBudget budget = new MemoryBudget(1_000_000, 2);

  private final ClientShare one = budget.ofClients(BudgetedCache.UNNAMED, Runnable::run);
  private final ClientShare other = budget.ofClients(BudgetedCache.UNNAMED, Runnable::run);

  private CacheUse use() {
    return budget.use(BudgetedCache.UNNAMED);
  }

  @Test
  void whatClientsHoldCountsOverAllLoops() {
    ClientUsage ann = one.holding();
    ClientUsage bob = other.holding();
    assertThat(ann.is(100_000)).isTrue();
    assertThat(bob.is(150_000)).isTrue();
    assertThat(use()).isEqualTo(new CacheUse(BudgetedCache.UNNAMED, 250_000, 750_000, 2, 0));

    assertThat(ann.is(0)).isTrue();
    assertThat(use().bytes()).isEqualTo(150_000);
    assertThat(use().entries()).isEqualTo(1);
  }

  @Test
  void whoHoldsMuchIsRefusedWhenHalfIsTaken() {
    assertThat(one.holding().is(300_000)).isTrue();
    ClientUsage bob = other.holding();

    assertThat(bob.is(100_000)).isFalse();

    assertThat(use().evictions()).isEqualTo(1);
    bob.is(0);
    assertThat(bob.is(70_000)).isTrue();
  }

  @Test
  void whoIsAloneMayHaveMostOfIt() {
    ClientUsage ann = one.holding();
    assertThat(other.holding().is(90_000)).isTrue();

    assertThat(ann.is(560_000)).isTrue();
    assertThat(ann.is(570_000)).isFalse();
  }

  @Test
  void whoHoldsLittleHasTheOtherHalfAsWell() {
    assertThat(one.holding().is(375_000)).isTrue();

    for (int i = 0; i < 6; i++) {
      assertThat(other.holding().is(60_000)).isTrue();
    }
    assertThat(other.holding().is(60_000)).isFalse();
    assertThat(other.holding().is(ClientShare.ALWAYS)).isTrue();
  }

  @Test
  void whoDoesNotUseWhatItHoldsGivesWay() {
    ClientUsage ann = one.holding();
    ClientShare.Holder holder = () -> ann.is(0);
    assertThat(ann.is(300_000, holder)).isTrue();
    ClientUsage bob = other.holding();
    assertThat(bob.mayBe(100_000)).isFalse();
    assertThat(bob.mayEverBe(100_000)).isTrue();
    assertThat(bob.mayEverBe(600_000)).isFalse();

    bob.askForRoom();

    assertThat(bob.mayBe(100_000)).isTrue();
    assertThat(use()).isEqualTo(new CacheUse(BudgetedCache.UNNAMED, 0, 750_000, 0, 0));
  }

  @Test
  void lessThanBeforeIsNeverRefused() {
    ClientUsage ann = one.holding();
    ClientUsage bob = other.holding();
    assertThat(ann.is(300_000)).isTrue();
    assertThat(bob.is(200_000)).isFalse();

    assertThat(ann.is(290_000)).isTrue();
    assertThat(bob.is(180_000)).isTrue();
  }

  @Test
  void whatHasEndedHoldsNothing() {
    ClientUsage ann = one.holding();
    ann.is(200_000);

    ann.close();
    ann.is(100_000);

    assertThat(use().bytes()).isZero();
    assertThat(use().entries()).isZero();
  }

  @Test
  void theySayThatTheyAreBesideTheBudget() {
    assertThat(BudgetedCache.CATALOGUES.beside()).isFalse();
    assertThat(BudgetedCache.NAMED.beside()).isTrue();
    assertThat(BudgetedCache.UNNAMED.beside()).isTrue();
    assertThat(BudgetedCache.INPUT.beside()).isTrue();
  }
}
