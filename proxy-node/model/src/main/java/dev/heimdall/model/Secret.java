package dev.heimdall.model;

import java.util.Objects;

/** A value that never shows itself: {@link #toString} is masked. */
public record Secret(String value) {
  static final String MASK = "***";

  /** Stands for one that a document refers to and that was not read; no text can be this one. */
  static final Secret UNREAD = new Secret("\u0000");

  public Secret {
    Objects.requireNonNull(value, "value");
  }

  /** True if nothing is known of it: it is kept by Secrets Manager, and was not read here. */
  public boolean isUnread() {
    return value.equals(UNREAD.value);
  }

  @Override
  public String toString() {
    return MASK;
  }
}
