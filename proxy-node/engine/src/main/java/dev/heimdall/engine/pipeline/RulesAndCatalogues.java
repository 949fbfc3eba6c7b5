package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.rules.RuleBook;

/**
 * What statements of one virtual database are judged by, at one moment.
 *
 * @param rules its rule lists
 * @param catalogues what is known of the databases of its source
 */
public record RulesAndCatalogues(RuleBook rules, Catalogues catalogues) {
  /** Whether statements have to be known beyond what they do to their session. */
  public boolean judge() {
    return catalogues.enabled() || !rules.isEmpty();
  }
}
