package dev.heimdall.engine.catalog;

import java.time.Duration;
import java.util.Optional;

/** Who wants to know what is found in a database, and how often to look. */
interface DatabaseFindings {
  /** How often to look whether anything has changed, while the database is in use. */
  Optional<Duration> every();

  /**
   * Definitions were found changed, and are about to be read.
   *
   * @param unannounced whether nobody has reported it
   * @param suspected whether somebody has reported that it may have been
   */
  void changed(boolean unannounced, boolean suspected);

  /** Whether a connection that is not needed now makes room for others. */
  boolean yielding();

  /** What sessions begin with was found changed. */
  void sessionDefaultsChanged();
}
