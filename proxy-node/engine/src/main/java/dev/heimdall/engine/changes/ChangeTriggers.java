package dev.heimdall.engine.changes;

import java.util.List;

/** The SQL of triggers by which nodes hear of writes past them, for the installer. */
public interface ChangeTriggers {
  /**
   * Makes those that are not there, in one transaction.
   *
   * @param schemas all tables of these
   * @param tables these, with their schema or where the search path finds them
   */
  List<String> install(List<String> schemas, List<String> tables);

  /** Takes them away; where nothing is named all of a database, and what they call. */
  List<String> remove(List<String> schemas, List<String> tables);
}
