package dev.heimdall.engine.boot;

import dev.heimdall.engine.dialect.postgres.changes.NotifyTriggers;
import java.util.List;

/** The SQL of triggers by which nodes hear of writes past them, for whoever installs them. */
public final class ChangeTriggers {
  private ChangeTriggers() {}

  /**
   * Makes those that are not there, in one transaction.
   *
   * @param schemas all tables of these
   * @param tables these, with their schema or where the search path finds them
   */
  public static List<String> install(List<String> schemas, List<String> tables) {
    return NotifyTriggers.install(new NotifyTriggers.Selection(schemas, tables));
  }

  /** Takes them away; where nothing is named all of a database, and what they call. */
  public static List<String> remove(List<String> schemas, List<String> tables) {
    return NotifyTriggers.remove(new NotifyTriggers.Selection(schemas, tables));
  }
}
