package dev.heimdall.launcher.conf;

import dev.heimdall.model.Spelled;
import java.util.Locale;

/** Purpose of a machine. */
public enum Role implements Spelled {
  /** It runs a proxy node. */
  PROXY,
  /** It runs the manager. */
  SERVER,
  /** It runs both. */
  BOTH;

  /**
   * The one that is written so; letters may be large or small.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Role of(String written) {
    return valueOf(written.toUpperCase(Locale.ROOT));
  }

  /** True if such a machine edits the configuration; null: nothing is said. */
  static boolean edits(String written) {
    return written != null && of(written) != PROXY;
  }
}
