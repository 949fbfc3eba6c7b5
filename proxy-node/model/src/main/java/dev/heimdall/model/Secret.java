package dev.heimdall.model;

import java.util.Objects;

/** A value that never shows itself: {@link #toString} is masked. */
public record Secret(String value) {
  static final String MASK = "***";

  public Secret {
    Objects.requireNonNull(value, "value");
  }

  @Override
  public String toString() {
    return MASK;
  }
}
