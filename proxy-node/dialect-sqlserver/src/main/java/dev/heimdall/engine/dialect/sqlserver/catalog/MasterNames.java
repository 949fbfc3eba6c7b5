package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.catalog.RoutineRow;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.dialect.sqlserver.sql.SystemProcedures;
import dev.heimdall.engine.sql.FoldedName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names with the prefix by which a procedure is looked for among the server's own and in master as
 * well: a database's own is what runs if there is none of its name. Used once.
 */
final class MasterNames {
  /** A procedure that every list of the server's own has. */
  private static final String LISTED = "sp_executesql";

  /** One of a later version that a driver tries first, whatever the server's is. */
  private static final String TRIED = "sp_columns_170";

  static final RoutineRow.Unread UNCERTAIN =
      new RoutineRow.Unread(
          FunctionEffect.ANYTHING,
          "may be another one, of master, where the catalogue's user needs VIEW DEFINITION",
          true,
          false);

  private static final RoutineRow.Unread READING =
      new RoutineRow.Unread(FunctionEffect.SERVER, null, false, false);

  private static final RoutineRow.Unread METADATA =
      new RoutineRow.Unread(FunctionEffect.METADATA, null, true, false);

  private final Set<String> names = new HashSet<>();
  private final boolean sees;

  /**
   * Names that are still to be added.
   *
   * @param sees whether nothing is hidden in master
   */
  MasterNames(boolean sees) {
    this.sees = sees;
  }

  void add(String name) {
    names.add(FoldedName.of(name));
  }

  /** Procedures of the server's own that change nothing, as they may be called. */
  Map<DatabaseDefinitions.Named, RoutineRow.Unread> reading() {
    Map<DatabaseDefinitions.Named, RoutineRow.Unread> found = new HashMap<>();
    SystemProcedures.reading().forEach(name -> add(found, name, READING));
    SystemProcedures.metadata().forEach(name -> add(found, name, METADATA));
    return found;
  }

  /** The call of one that the server lacks is an error: drivers try those of later versions. */
  private void add(
      Map<DatabaseDefinitions.Named, RoutineRow.Unread> found, String name, RoutineRow.Unread how) {
    if (knowsAll() || names.contains(name) || name.equals(TRIED)) {
      found.put(new DatabaseDefinitions.Named(SqlServerSql.USUAL_SCHEMA, name), how);
      found.put(new DatabaseDefinitions.Named(SystemProcedures.SCHEMA, name), how);
    }
  }

  private boolean knowsAll() {
    return sees && names.contains(LISTED);
  }

  /** True if who calls a procedure of this folded name may get another one than the database's. */
  boolean mayHave(String name) {
    return SystemProcedures.isLookedForInMaster(name) && (!knowsAll() || names.contains(name));
  }
}
