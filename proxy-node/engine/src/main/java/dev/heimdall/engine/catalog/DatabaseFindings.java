package dev.heimdall.engine.catalog;

import java.time.Duration;
import java.util.Optional;

/** Listener for the findings in a database, which also sets how often to look. */
interface DatabaseFindings {
  /** Interval of looking for changes, while the database is in use. */
  Optional<Duration> every();

  /**
   * Definitions were found changed, and are about to be read.
   *
   * @param unannounced whether nobody has reported it
   * @param suspected whether somebody has reported that it may have been
   */
  void changed(boolean unannounced, boolean suspected);

  /** True if a connection that is not needed now makes room for others. */
  boolean yielding();

  /** Reports that the settings that sessions begin with were found changed. */
  void sessionDefaultsChanged();
}
