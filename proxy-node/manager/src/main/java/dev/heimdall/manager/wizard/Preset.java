package dev.heimdall.manager.wizard;

import java.util.Optional;
import java.util.stream.Stream;

/** Task of a virtual database for its clients. */
enum Preset {
  /** Many clients share few server connections. */
  POOL("pool"),
  /** And replicas answer reads. */
  SPLIT("split"),
  /** And results of reads are kept. */
  CACHE("cache");

  private final String spelling;

  Preset(String spelling) {
    this.spelling = spelling;
  }

  static Optional<Preset> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling.equals(spelling)).findFirst();
  }
}
