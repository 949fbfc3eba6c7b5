package dev.heimdall.manager.dashboard;

/** Gauge of a virtual database on a node at a moment, by its name in reports. */
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
