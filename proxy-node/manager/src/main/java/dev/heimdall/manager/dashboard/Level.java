package dev.heimdall.manager.dashboard;

/** What a virtual database has on a node at a moment, by the names that reports have. */
enum Level {
  CLIENTS("clients"),
  WAITING("waiting"),
  IN_USE("inUse"),
  OPEN("open"),
  SIZE("size");

  final String reported;

  Level(String reported) {
    this.reported = reported;
  }
}
