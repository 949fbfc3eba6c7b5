package dev.heimdall.engine.catalog;

import java.sql.SQLException;
import java.util.function.Consumer;

/**
 * State shared by the watched databases of one source.
 *
 * @param protocol how databases are read
 * @param memory what catalogues may weigh
 * @param changing whose definitions are about to be changed
 * @param forget ends watching a database: it weighs too much, or it is not in use
 */
record CatalogueContext(
    CatalogueProtocol protocol,
    SharedBuiltIns builtIns,
    CatalogueMemory memory,
    ChangesInProgress changing,
    Consumer<WatchedDatabase> forget) {
  /** True if something has failed because the database is not there any more. */
  boolean isGone(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && protocol.isGone(sql)) {
        return true;
      }
    }
    return false;
  }
}
