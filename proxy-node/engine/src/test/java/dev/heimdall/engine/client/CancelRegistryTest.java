package dev.heimdall.engine.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.fleet.FleetNumbers;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CancelRegistryTest {
  private final CancelRegistry registry =
      new CancelRegistry(FleetNumbers.of(4095), new SecureRandom());

  @Test
  void processIdsArePositiveDistinctAndNameTheNode() {
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      int id = registry.register(null, new byte[4]);
      assertThat(id).isPositive();
      assertThat(registry.numbers().nodeOf(id)).isEqualTo(4095);
      ids.add(id);
    }

    assertThat(ids).hasSize(10_000);
  }

  @Test
  void anIdMayBeUsedAgainOnlyAfterItsRemoval() {
    // All session numbers of a node taken but one: it is found, and no other is handed out twice.
    CancelRegistry full = new CancelRegistry(FleetNumbers.of(1), new SecureRandom());
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < (1 << 19) - 1; i++) {
      ids.add(full.register(null, new byte[0]));
    }
    assertThat(ids).hasSize((1 << 19) - 1);
    int freed = ids.iterator().next();

    full.remove(freed);

    assertThat(full.register(null, new byte[0])).isEqualTo(freed);
  }

  @Test
  void secretsHaveTheLengthAskedForAndDiffer() {
    assertThat(registry.newSecret(4)).hasSize(4);
    assertThat(registry.newSecret(32)).hasSize(32).isNotEqualTo(registry.newSecret(32));
  }

  @Test
  void nobodyIsFoundWithoutTheirSecret() {
    int id = registry.register(null, new byte[] {1, 2, 3, 4});

    assertThat(registry.find(new CancelKey(id, new byte[] {1, 2, 3, 5}))).isNull();
    assertThat(registry.find(new CancelKey(id, new byte[0]))).isNull();
    assertThat(registry.find(new CancelKey(id + 1, new byte[] {1, 2, 3, 4}))).isNull();
    assertThat(registry.byId(id + 1)).isNull();
  }

  @Test
  void sessionsThatBeginGetNoNumberOfThoseThatMayComeFromAnotherProcess() {
    CancelRegistry before = new CancelRegistry(FleetNumbers.of(1), new SecureRandom());
    CancelRegistry after = new CancelRegistry(FleetNumbers.of(1), new SecureRandom());
    Set<Integer> theirs = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      theirs.add(before.register(null, new byte[0]));
    }
    after.expect(before.numbersInUse());
    for (int i = 0; i < 1000; i++) {
      theirs.add(before.register(null, new byte[0])); // while the other gets ready
    }

    Set<Integer> ours = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      ours.add(after.register(null, new byte[0]));
    }

    assertThat(ours).hasSize(100_000);
    assertThat(Collections.disjoint(ours, theirs)).isTrue();
    assertThat(theirs).allMatch(after::reserve);
    assertThat(theirs).noneMatch(after::reserve);
    after.expectNone();
  }
}
