package dev.heimdall.launcher.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryPlanTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({
    // role, machine MiB; then heap, network buffers, the manager's heap
    "PROXY, 460, 126, 63, 0",
    "PROXY, 950, 428, 213, 0",
    "PROXY, 1900, 962, 481, 0",
    "PROXY, 3900, 2087, 1043, 0",
    "PROXY, 16000, 10220, 4096, 0",
    "PROXY, 131072, 31744, 4096, 0",
    "SERVER, 950, 0, 0, 641",
    "BOTH, 950, 236, 117, 128",
    "BOTH, 3900, 1485, 742, 742",
  })
  void aMachineIsDividedByItsRole(Role role, long machine, long heap, long direct, long manager) {
    MemoryPlan plan = MemoryPlan.of(role, machine * MIB, MemoryOptions.none()).orElseThrow();

    assertThat(plan.heap() / MIB).as("heap of %s", plan).isEqualTo(heap);
    assertThat(plan.direct() / MIB).as("buffers of %s", plan).isEqualTo(direct);
    assertThat(plan.manager() / MIB).as("manager of %s", plan).isEqualTo(manager);
    assertThat(plan.heap() + plan.direct() + plan.manager() + plan.system())
        .isEqualTo(machine * MIB);
  }

  @Test
  void everyMachineThatIsLargeEnoughLeavesTheSystemItsPart() {
    for (Role role : Role.values()) {
      for (long machine = MemoryPlan.least(role); machine < 70_000 * MIB; machine += 37 * MIB) {
        MemoryPlan plan = MemoryPlan.of(role, machine, MemoryOptions.none()).orElseThrow();
        assertThat(plan.system()).as("%s of %d", role, machine).isGreaterThan(240 * MIB);
        assertThat(plan.system()).isGreaterThan(Math.min(machine / 10, 1500 * MIB));
      }
    }
  }

  @Test
  void tooSmallAMachineHasNoPlan() {
    assertThat(MemoryPlan.of(Role.PROXY, 300 * MIB, MemoryOptions.none())).isEmpty();
    assertThat(MemoryPlan.least(Role.PROXY)).isLessThanOrEqualTo(460 * MIB);
    assertThat(MemoryPlan.least(Role.BOTH)).isLessThanOrEqualTo(950 * MIB);
  }

  @Test
  void wishesGoBeforeTheMachine() {
    long machine = 8000 * MIB;

    MemoryPlan half = plan(machine, "50%", null, null);
    MemoryPlan named = plan(machine, "4GiB", null, null);
    assertThat(half.heap() + half.direct()).isBetween(3500 * MIB, 4000 * MIB);
    assertThat(named.heap() + named.direct()).isBetween(3600 * MIB, 4096 * MIB);

    MemoryPlan both = plan(machine, null, 1000L, 300L);
    assertThat(both.heap()).isEqualTo(1000 * MIB);
    assertThat(both.direct()).isEqualTo(300 * MIB);

    MemoryPlan heap = plan(machine, null, 6500L, null);
    assertThat(heap.heap()).isEqualTo(6500 * MIB);
    assertThat(heap.heap() + heap.direct()).isLessThan(7200 * MIB);
  }

  @Test
  void whatTheMachineHasNotIsNotPlanned() {
    assertThat(
            MemoryPlan.of(
                Role.PROXY,
                1000 * MIB,
                new MemoryOptions(Optional.empty(), Optional.of(2000 * MIB), Optional.empty())))
        .isEmpty();
    MemoryPlan all = plan(1000 * MIB, "16GiB", null, null);
    assertThat(all.heap() + all.direct()).isLessThan(1000 * MIB);
  }

  @Test
  void aManagerAloneMayHaveAHeapNamed() {
    MemoryPlan plan =
        MemoryPlan.of(
                Role.SERVER,
                2000 * MIB,
                new MemoryOptions(Optional.empty(), Optional.of(500 * MIB), Optional.empty()))
            .orElseThrow();

    assertThat(plan.options()).containsExactly("-Xmx500m");
  }

  @Test
  void theJvmIsToldInItsOwnWords() {
    assertThat(plan(8000 * MIB, null, 1024L, 512L).options())
        .containsExactly("-Xms1024m", "-Xmx1024m", "-XX:MaxDirectMemorySize=512m");
  }

  private static MemoryPlan plan(long machine, String all, Long heap, Long direct) {
    return MemoryPlan.of(
            Role.PROXY,
            machine,
            new MemoryOptions(
                Optional.ofNullable(all),
                Optional.ofNullable(heap).map(mebibytes -> mebibytes * MIB),
                Optional.ofNullable(direct).map(mebibytes -> mebibytes * MIB)))
        .orElseThrow();
  }
}
