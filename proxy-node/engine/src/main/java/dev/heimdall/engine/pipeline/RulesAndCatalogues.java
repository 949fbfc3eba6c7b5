package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.ReadSplit;

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

  /**
   * @param cluster of the source: where replicas may answer its reads, statements are judged in any
   *     case
   */
  public static RulesAndCatalogues of(
      RuleBook rules, Catalogues catalogues, ClusterSettings cluster) {
    RulesAndCatalogues basis = new RulesAndCatalogues(rules, catalogues);
    boolean splits = cluster.kind() != ClusterKind.NONE && cluster.reads() != ReadSplit.NONE;
    return new RulesAndCatalogues(rules, catalogues, basis.judge() || splits);
  }
}
