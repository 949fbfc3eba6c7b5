package dev.heimdall.launcher.conf;

import java.util.List;
import java.util.Optional;

/**
 * Division of the memory of a machine. A pure function of the machine and its role: the same
 * numbers for the JVM's start and for the JVM that says what it runs with.
 *
 * @param heap bytes of the node's heap
 * @param direct bytes of its network buffers
 * @param manager bytes of the manager's heap; 0 where there is none
 * @param system bytes that are left to the system, to the JVM itself and to its threads
 */
public record MemoryPlan(long heap, long direct, long manager, long system) {
  private static final long MIB = 1L << 20;
  private static final long LEAST_HEAP = 64 * MIB;
  private static final long LEAST_DIRECT = 32 * MIB;
  private static final long LEAST_MANAGER = 128 * MIB;
  private static final long MOST_MANAGER = 1024 * MIB;

  /** Above it references take eight bytes instead of four, and a larger heap holds less. */
  private static final long MOST_HEAP = 31L * 1024 * MIB;

  /** Buffers are for bytes on their way; more than this are not, however large the machine. */
  private static final long MOST_DIRECT = 4096 * MIB;

  /** Code, classes, thread stacks and what the collector keeps, of one JVM. */
  private static final long JVM = 160 * MIB;

  private static final long LEAST_SYSTEM = 96 * MIB;
  private static final long MOST_SYSTEM = 1024 * MIB;

  /**
   * The plan for a machine.
   *
   * @param machine bytes that the machine, or the control group that holds the process, has
   * @return nothing where that is too little
   */
  public static Optional<MemoryPlan> of(Role role, long machine, MemoryOptions options) {
    long all = Math.min(machine, options.of(machine));
    // Who names a size has thought of the rest of the machine already.
    long system =
        options.all().isPresent() ? 0 : Math.max(LEAST_SYSTEM, Math.min(MOST_SYSTEM, machine / 8));
    int jvms = role == Role.BOTH ? 2 : 1;
    long kept = system + jvms * JVM + all / 32;
    long left = all - kept;
    long manager =
        switch (role) {
          case PROXY -> 0;
          case SERVER -> options.heap().orElse(Math.min(MOST_HEAP, left));
          case BOTH -> Math.max(LEAST_MANAGER, Math.min(MOST_MANAGER, left / 4));
        };
    if (role == Role.SERVER) {
      return left < LEAST_MANAGER || manager < LEAST_MANAGER || manager > machine
          ? Optional.empty()
          : Optional.of(new MemoryPlan(0, 0, whole(manager), machine - whole(manager)));
    }
    long node = left - manager;
    long forBuffers = Math.min(node / 3, node - options.heap().orElse(0L));
    long direct =
        options.direct().orElse(whole(Math.max(LEAST_DIRECT, Math.min(MOST_DIRECT, forBuffers))));
    long heap = options.heap().orElse(whole(Math.min(MOST_HEAP, node - direct)));
    if (heap < LEAST_HEAP || direct < LEAST_DIRECT || heap + direct + whole(manager) > machine) {
      return Optional.empty();
    }
    return Optional.of(
        new MemoryPlan(heap, direct, whole(manager), machine - heap - direct - whole(manager)));
  }

  /** The least memory that a machine in this role can do with, for a message. */
  public static long least(Role role) {
    long machine = 128 * MIB;
    while (of(role, machine, MemoryOptions.none()).isEmpty()) {
      machine += 16 * MIB;
    }
    return machine;
  }

  private static long whole(long bytes) {
    return bytes / MIB * MIB;
  }

  /**
   * Options with which the JVM is to be started: the node's, or the manager's where that is alone.
   */
  public List<String> options() {
    return heap == 0 ? managerOptions() : nodeOptions();
  }

  /** Options with which the manager's JVM is to be started. */
  public List<String> managerOptions() {
    return List.of("-Xmx" + manager / MIB + "m");
  }

  private List<String> nodeOptions() {
    return List.of(
        "-Xms" + heap / MIB + "m",
        "-Xmx" + heap / MIB + "m",
        "-XX:MaxDirectMemorySize=" + direct / MIB + "m");
  }
}
