package dev.heimdall.engine.caching;

import dev.heimdall.engine.rules.Decision;
import java.util.Collection;
import java.util.function.Supplier;

/** Is told of results that are not what they should be. */
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
