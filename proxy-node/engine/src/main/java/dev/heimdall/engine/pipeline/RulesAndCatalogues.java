package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.rules.RuleBook;

/**
 * Basis for the judgement of statements of one virtual database, at one moment.
 *
 * @param rules its rule lists
 * @param catalogues what is known of the databases of its source
 * @param judge whether statements have to be known beyond what they do to their session
 */
public record RulesAndCatalogues(RuleBook rules, Catalogues catalogues, boolean judge) {
  public RulesAndCatalogues(RuleBook rules, Catalogues catalogues) {
    this(rules, catalogues, catalogues.enabled() || !rules.isEmpty());
  }
}
