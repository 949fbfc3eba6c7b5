package dev.heimdall.model;

import java.util.Locale;

/** An enum constant that a user writes: lower case, words joined by hyphens unless it says else. */
public interface Spelled {
  /** The constant's name in Java. */
  String name();

  /** The constant as it is written in a document. */
  default String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
