package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.rules.Decision;
import java.util.Collection;
import java.util.function.Supplier;

/** Reports cached results that differ from what the server answers. */
public interface ResultDifferences {
  /**
   * A result that is kept of a statement, and holds as far as the node knows, is not what the
   * server answers.
   *
   * @param decision which rules have the two compared
   * @param kept a digest of it, if anybody wants it; likewise of what the server answers
   */
  void resultDiffers(
      Decision decision,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered);
}
