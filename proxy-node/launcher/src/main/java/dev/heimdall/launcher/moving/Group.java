package dev.heimdall.launcher.moving;

import java.util.Map;
import java.util.TreeMap;

/**
 * Databases that one data source and one virtual database serve: they are on the same servers, with
 * the same log-in there and the same settings.
 *
 * @param name of both documents
 * @param databases by the names that clients use: the servers' names
 */
record Group(String name, Map<String, String> databases) {
  Group(String name) {
    this(name, new TreeMap<>());
  }
}
