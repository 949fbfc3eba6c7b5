package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Follows rows that were changed to the tables in which they may be, and to those that their
 * foreign keys change with them. What triggers write is left out. Used once.
 */
final class Cascades {
  /**
   * Something to follow.
   *
   * @param named whether the rows of the relation are those that were named
   */
  private record Step(Relation relation, int changes, boolean named) {}

  private final DatabaseObjects objects;
  private final ArrayDeque<Step> steps = new ArrayDeque<>();
  private final Map<Relation, Integer> changed = new IdentityHashMap<>();
  private final SortedSet<String> tables = new TreeSet<>();
  private final Set<String> further = new HashSet<>();

  Cascades(DatabaseObjects objects) {
    this.objects = objects;
  }

  /**
   * @return the tables themselves too; one that is not known without what hangs on it
   */
  Catalogue.Changed of(Map<TableName, Set<RowChange>> rows, NameScope scope) {
    rows.forEach(
        (name, changes) -> {
          tables.add(objects.full(name, scope).spelled());
          for (Relation relation : objects.relations(name, scope)) {
            steps.add(new Step(relation, Changes.of(changes), true));
          }
        });
    for (Step step = steps.poll(); step != null; step = steps.poll()) {
      follow(step, scope);
    }
    boolean others = changed.keySet().stream().anyMatch(Relation::standsForOthers);
    return new Catalogue.Changed(tables, further, others);
  }

  private void follow(Step step, NameScope scope) {
    Relation relation = step.relation();
    int changes = step.changes();
    if (!step.named()) {
      further.add(spelled(relation, scope));
    }
    int before = changed.getOrDefault(relation, 0);
    if ((before | changes) == before) {
      return;
    }
    changed.put(relation, before | changes);
    tables.add(spelled(relation, scope));
    // A log has the name that was written, and not in which of the tables behind it the row is.
    relation.children().forEach(child -> steps.add(new Step(child, changes, false)));
    for (Relation.Consequence consequence : relation.consequences()) {
      List<Routine> calls = consequence.calls();
      if (consequence.relation() != null
          && calls.isEmpty()
          && (changes & consequence.when()) != 0) {
        int then = consequence.then() == 0 ? changes : consequence.then();
        steps.add(new Step(consequence.relation(), then, false));
      }
    }
  }

  private String spelled(Relation relation, NameScope scope) {
    TableName name = new TableName(null, relation.schema(), relation.name());
    return objects.full(name, scope).spelled();
  }
}
