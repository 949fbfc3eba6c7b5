package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tables and functions of one database by name. Never changes once {@link ObjectsBuilder} has
 * put it together.
 *
 * @param own what every database of the engine has
 * @param relations by schema and name; only of the last do indexes have their table
 * @param indexes the tables of indexes, by the index's schema and name
 * @param builtIns the server's own functions by name, all overloads together
 * @param routines all others by name
 * @param operators the functions of operators that are not the server's own, by the operator
 * @param openSchemas schemas that every role may look into
 * @param path the search path of a role that has none of its own
 * @param rolePaths the search paths of roles that have one
 * @param unnamed functions that may be called without being named: only those that do more than to
 *     compute
 * @param onTables functions that change the session and that hang on some table or view, with what
 *     calls them in words
 * @param onDefinition functions that event triggers call on DDL, with the trigger in words
 * @param textless names that only columns have which hold no text, and nothing that is made of it
 * @param folded whether names of schemas and relations are as {@link BuiltInObjects#folded} has
 *     them, however statements write them
 * @param pipelines whether the server is known to take commands before it has answered those ahead
 * @param partial whether there may be relations that its reader may not see
 * @param byNumber all functions by the number that calls may name them by
 * @param overloads operators and functions by the types of their operands; null where all of a name
 *     count together
 */
public record DatabaseObjects(
    BuiltInObjects own,
    Map<String, Map<String, Relation>> relations,
    Map<String, Map<String, Relation>> indexes,
    Map<String, Routine> builtIns,
    Map<String, List<Routine>> routines,
    Map<String, List<Routine>> operators,
    Set<String> openSchemas,
    List<String> path,
    Map<String, List<String>> rolePaths,
    List<Unnamed> unnamed,
    Map<Routine, String> onTables,
    Map<Routine, String> onDefinition,
    Set<String> textless,
    boolean folded,
    boolean pipelines,
    boolean partial,
    Map<Long, Routine> byNumber,
    Overloads overloads) {

  /** Returns the objects of a database that was not queried: the server's own functions. */
  static DatabaseObjects unknown(BuiltInObjects own) {
    return new DatabaseObjects(
        own,
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Set.of(),
        own.usualPath(),
        Map.of(),
        List.of(),
        Map.of(),
        Map.of(),
        Set.of(),
        own.foldsUnread(),
        false,
        false,
        Map.of(),
        null);
  }

  /**
   * The relations that a name may mean: usually one. More where it depends on the rights of the
   * role which schema of the path counts. None if there is no such relation.
   */
  List<Relation> relations(TableName name, NameScope scope) {
    if (name.database() != null && !spelled(name.database()).equals(spelled(scope.database()))) {
      return List.of();
    }
    if (name.schema() != null) {
      Relation found = relation(name.schema(), name.table());
      return found == null ? List.of() : List.of(found);
    }
    List<Relation> candidates = new ArrayList<>(1);
    for (String schema : searched(scope)) {
      Relation found = relation(schema, name.table());
      if (found != null) {
        candidates.add(found);
        if (openSchemas.contains(schema) && !scope.anywhere()) {
          break;
        }
      }
    }
    return candidates;
  }

  /**
   * The functions that a name may mean. Empty if there is none of that name, whatever the path:
   * overloads in any of its schemas can be the one that is called.
   */
  List<Routine> routines(FunctionName name, NameScope scope) {
    List<Routine> candidates = new ArrayList<>(1);
    boolean qualified = name.schema() != null;
    if (!qualified || own.hasFunctionsIn(name.schema())) {
      Routine builtIn = builtIn(name.name());
      if (builtIn != null) {
        candidates.add(builtIn);
      }
    }
    List<Routine> sameName = routines.get(name.name());
    if (sameName != null && !qualified && scope.anywhere()) {
      candidates.addAll(sameName); // a schema may have no relations
    } else if (sameName != null) {
      List<String> schemas = qualified ? List.of(name.schema()) : searched(scope);
      for (Routine routine : sameName) {
        if (schemas.stream().anyMatch(schema -> spelled(schema).equals(routine.schema()))) {
          candidates.add(routine);
        }
      }
    }
    return candidates;
  }

  /** The server's own function of this name, or a keyword that looks like one; or null. */
  Routine builtIn(String name) {
    Routine found = builtIns.get(name);
    return found == null ? own.listed(name) : found;
  }

  /** True if names surely mean what the server brings before they mean anything of users. */
  boolean findsServersFirst(NameScope scope) {
    List<String> schemas = scope.anywhere() ? List.of() : searched(scope);
    return !schemas.isEmpty() && own.isFunctionSchema(schemas.get(0));
  }

  /** The schemas that a session looks into for a name, in order. */
  private List<String> searched(NameScope scope) {
    if (scope.anywhere()) {
      return List.copyOf(relations.keySet());
    }
    List<String> configured = scope.searchPath();
    if (configured == null) {
      configured =
          own.schemasAreDatabases()
              ? List.of(scope.database())
              : scope.user() == null ? null : rolePaths.get(scope.user());
      configured = configured == null ? path : configured;
    }
    return own.searched(configured, scope.user());
  }

  /** True if another schema's types and operators are found ahead of the server's own. */
  boolean hidesBuiltIns(NameScope scope) {
    if (scope.anywhere()) {
      return false;
    }
    List<String> schemas = searched(scope);
    for (int i = 0; i < schemas.size(); i++) {
      if (own.hasFunctionsIn(schemas.get(i))) {
        return i > 0;
      }
    }
    return false;
  }

  /** Returns the full spelling of a name that no object here has. */
  TableName full(TableName name, NameScope scope) {
    if (!own.schemasAreDatabases()) {
      String database = name.database() == null ? scope.database() : name.database();
      String schema = spelled(name.schema());
      boolean unspelled = own.unspelledSchema().equals(schema);
      return new TableName(spelled(database), unspelled ? null : schema, spelled(name.table()));
    }
    List<String> searched = searched(scope);
    String first = searched.isEmpty() ? null : searched.get(0);
    String schema = name.schema() == null ? first : name.schema();
    return new TableName(spelled(schema), null, spelled(name.table()));
  }

  private String spelled(String name) {
    return folded && name != null ? own.folded(name) : name;
  }

  private Relation relation(String writtenSchema, String writtenName) {
    String schema = spelled(writtenSchema);
    String name = spelled(writtenName);
    Map<String, Relation> ofSchema = relations.get(schema);
    Relation found = ofSchema == null ? null : ofSchema.get(name);
    if (found == null) {
      Map<String, Relation> indexed = indexes.get(schema);
      found = indexed == null ? null : indexed.get(name);
    }
    return found;
  }

  /** About how many bytes it takes in memory, without the server's own functions. */
  long weight() {
    long sum = 10_000;
    for (Map<String, Relation> ofSchema : relations.values()) {
      for (Relation relation : ofSchema.values()) {
        sum += 48 + relation.weight();
      }
    }
    for (Map<String, Relation> ofSchema : indexes.values()) {
      for (String name : ofSchema.keySet()) {
        sum += 48 + Weight.of(name);
      }
    }
    for (List<Routine> sameName : routines.values()) {
      for (Routine routine : sameName) {
        sum += 120 + routine.weight();
      }
    }
    sum += 150L * (operators.size() + unnamed.size() + onDefinition.size());
    for (List<String> schemas : rolePaths.values()) {
      sum += 200 + Weight.of(schemas);
    }
    return sum + Weight.of(openSchemas) + (overloads == null ? 0 : overloads.weight());
  }
}
