package dev.heimdall.manager.fleet;

import java.util.Locale;

/** Presence of a node: shows whether it still reports. */
public enum Presence {
  /** Its reports arrive. */
  LIVE,
  /** Three of them are missing. */
  LATE,
  /** None has arrived for so long that it may have ended. */
  LOST;

  /** As JSON has it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
