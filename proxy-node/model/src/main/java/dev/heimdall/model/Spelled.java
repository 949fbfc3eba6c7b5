package dev.heimdall.model;

import java.util.Locale;

/**
 * One of the few words that a setting may have: lower case, words joined by hyphens unless it says
 * else.
 */
public interface Spelled {
  /** A constant's name in Java. */
  String name();

  /** As it is written in a document. */
  default String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
