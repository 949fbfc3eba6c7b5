package dev.heimdall.engine.observe;

import java.util.Map;
import org.slf4j.event.Level;

/**
 * Is told the log lines about virtual databases besides the log. Called on any thread, an event
 * loop's included: neither blocks nor fails.
 */
public interface VdbLines {
  /** For a log without other readers. */
  VdbLines NOBODY =
      new VdbLines() {
        @Override
        public boolean wants(String vdb) {
          return false;
        }

        @Override
        public void line(
            String vdb, Level level, String logger, String words, Map<String, Object> pairs) {}
      };

  /** True if lines about this virtual database are read. */
  boolean wants(String vdb);

  /**
   * A line was written that holds no data.
   *
   * @param words what happened
   * @param pairs names, numbers and reasons, in order; immutable from then on
   */
  void line(String vdb, Level level, String logger, String words, Map<String, Object> pairs);
}
