package dev.heimdall.launcher.conf;

import java.util.Optional;

/**
 * Memory settings of the file.
 *
 * @param all for everything: a size, or a part of what the machine has
 * @param heap bytes of the JVM's heap
 * @param direct bytes of network buffers
 */
public record MemoryOptions(Optional<String> all, Optional<Long> heap, Optional<Long> direct) {
  /** Nothing is asked. */
  public static MemoryOptions none() {
    return new MemoryOptions(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Number of bytes that may be used of a machine that has so many. */
  public long of(long machine) {
    return all.map(wish -> wish.endsWith("%") ? part(wish, machine) : Amounts.bytes(wish))
        .orElse(machine);
  }

  private static long part(String wish, long machine) {
    return machine / 100 * Integer.parseInt(wish.substring(0, wish.length() - 1));
  }
}
