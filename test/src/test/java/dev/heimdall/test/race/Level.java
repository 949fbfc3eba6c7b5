package dev.heimdall.test.race;

import java.util.Locale;

/** Whose acknowledged writes a read must find, as {@code cluster.consistency} has it. */
enum Level {
  /** Those through its own node. */
  SESSION,
  /** Those, and what the node has heard of the others. */
  FLEET,
  /** Those through all nodes. */
  STRICT;

  String setting() {
    return name().toLowerCase(Locale.ROOT);
  }
}
