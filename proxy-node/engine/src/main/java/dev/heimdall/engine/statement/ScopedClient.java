package dev.heimdall.engine.statement;

import dev.heimdall.engine.catalog.DefinitionChanges;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.sql.PinReason;

/** A session as the scope of its statements sees it; all on its loop. */
interface ScopedClient {

  /** What statements are judged by. */
  RulesAndCatalogues rulesAndCatalogues();

  /** What is known of the definitions that they are judged by. */
  DefinitionChanges definitions();

  PoolKey poolKey();

  /** What rules ask for. */
  SessionFacts facts();

  /** A statement sets what servers have one value of for good once it was used. */
  void fixedSettingUsed();

  /** The session keeps its connection from now on. */
  void pin(PinReason reason);
}
