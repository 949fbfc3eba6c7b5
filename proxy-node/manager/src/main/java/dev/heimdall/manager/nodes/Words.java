package dev.heimdall.manager.nodes;

/** Numbers as people read them. */
final class Words {
  /** Characters of a time up to its seconds. */
  private static final int SECONDS = 19;

  private Words() {}

  static String ofMicros(long micros) {
    return micros == 0
        ? ""
        : micros < 1000
            ? micros + " µs"
            : micros < 1_000_000 ? micros / 1000 + " ms" : "%.1f s".formatted(micros / 1e6);
  }

  static String ofMillis(long millis) {
    return millis < 1000 ? millis + " ms" : "%.1f s".formatted(millis / 1e3);
  }

  static String ofBytes(long bytes) {
    return bytes < 1 << 10
        ? bytes + " B"
        : bytes < 1 << 20
            ? "%d KiB".formatted(bytes >> 10)
            : bytes < 1L << 30
                ? "%d MiB".formatted(bytes >> 20)
                : "%.1f GiB".formatted(bytes / (double) (1L << 30));
  }

  /** A time as JSON has it, to the second. */
  static String at(String instant) {
    return instant.length() < SECONDS
        ? instant
        : instant.substring(0, SECONDS).replace('T', ' ') + " UTC";
  }

  static String counted(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
