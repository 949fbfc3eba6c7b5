package dev.heimdall.launcher;

/** A number with its noun. */
final class Plural {
  private Plural() {}

  static String of(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
