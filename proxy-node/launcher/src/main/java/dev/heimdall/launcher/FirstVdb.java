package dev.heimdall.launcher;

import dev.heimdall.launcher.process.StopSignal;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Problem;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first virtual database of a configuration that has none yet. */
final class FirstVdb {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Place that the reader reports if there is no virtual database. */
  private static final String FOLDER = "vdbs";

  private final ConfigurationPlace place;

  FirstVdb(ConfigurationPlace place) {
    this.place = place;
  }

  /** True if nothing else is wrong than that there is none. */
  boolean isMissing() {
    List<Problem> problems = problems();
    return problems.size() == 1 && problems.get(0).file().equals(FOLDER);
  }

  private List<Problem> problems() {
    try {
      ConfigurationReader.read(place.directory(), place.facts());
      return List.of();
    } catch (ConfigurationException e) {
      return e.problems();
    }
  }

  /**
   * Waits until there is one and all is right; documents come one after the other.
   *
   * @return whether there is; else it is to end
   */
  boolean await(StopSignal stop) {
    LOG.info(
        "there is no virtual database yet: the node starts when one is set up, with the wizard of"
            + " the manager for instance");
    while (!stop.await(PAUSE)) {
      place.look();
      if (problems().isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
