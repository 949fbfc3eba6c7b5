package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.OutOfSight;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.ArrayList;
import java.util.List;

/** Adds what views, functions and triggers ask of the session to what a text says of itself. */
final class UnseenEffects {
  private UnseenEffects() {}

  /**
   * The facts with what is out of sight.
   *
   * @param seen what the catalogue knows of the statement; null for nothing
   */
  static StatementFacts with(StatementFacts facts, Statement seen) {
    if (seen == null || seen.outOfSight().isEmpty()) {
      return facts;
    }
    List<Effect> effects = new ArrayList<>(facts.effects());
    if (seen.outOfSight().contains(OutOfSight.READS_GENERATED_ID)) {
      add(effects, MysqlEffect.READS_LAST_INSERT_ID);
      add(effects, MysqlEffect.SETS_LAST_INSERT_ID); // a call may have an argument
    }
    if (seen.outOfSight().contains(OutOfSight.READS_FOUND_ROWS)) {
      add(effects, MysqlEffect.READS_FOUND_ROWS_UNSEEN);
    }
    if (seen.outOfSight().contains(OutOfSight.WRITES_VIEW)) {
      add(effects, MysqlEffect.FINDS_UNTOLD); // it may be one of several tables
    }
    return facts.with(effects);
  }

  private static void add(List<Effect> effects, MysqlEffect what) {
    effects.add(new Effect(what, "", -1, -1));
  }
}
