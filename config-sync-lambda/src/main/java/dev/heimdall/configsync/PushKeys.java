package dev.heimdall.configsync;

import dev.heimdall.routing.PushSignature;
import java.util.List;

/**
 * Keys that sign pushes, read anew for each run, so that a new key is used without a restart of the
 * function. Who has read them once can do without their source for a while. For one thread.
 */
final class PushKeys {
  private final Source source;
  private List<PushSignature> known = List.of();

  /** Location of the keys. */
  interface Source {
    /**
     * One key a line, the newest first.
     *
     * @throws SyncException with what is missing; it shows no key
     */
    String read() throws SyncException;
  }

  PushKeys(Source source) {
    this.source = source;
  }

  /**
   * Returns the current keys, the newest first.
   *
   * @param problems gets what is wrong where the last ones are used instead
   * @throws SyncException if there are none, and never were
   */
  List<PushSignature> now(List<String> problems) throws SyncException {
    try {
      known = PushSignature.all(source.read());
    } catch (SyncException e) {
      substitute(e, problems);
    } catch (IllegalArgumentException e) {
      substitute(new SyncException("the key for pushes is wrong: " + e.getMessage()), problems);
    }
    return known;
  }

  private void substitute(SyncException failure, List<String> problems) throws SyncException {
    if (known.isEmpty()) {
      throw failure;
    }
    problems.add(failure.getMessage() + "; signed by the key that was read before");
  }
}
