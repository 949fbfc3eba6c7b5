package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.TableName;
import java.util.List;

/** Names in code that is run as it stands, with the path of the session that runs it. */
final class NamesInScope implements Judgement.Names {
  private final DatabaseObjects objects;
  private final NameScope scope;

  NamesInScope(DatabaseObjects objects, NameScope scope) {
    this.objects = objects;
    this.scope = scope;
  }

  @Override
  public List<Relation> relations(TableName name) {
    return objects.relations(name, scope);
  }

  @Override
  public List<Routine> routines(FunctionName name) {
    return objects.routines(name, scope).stream().filter(found -> !found.builtIn()).toList();
  }

  @Override
  public Routine builtIn(FunctionName name) {
    return name.schema() == null || objects.own().isFunctionSchema(name.schema())
        ? objects.builtIn(name.name())
        : null;
  }

  @Override
  public List<Routine> operators(String name) {
    return objects.operators().getOrDefault(name, List.of());
  }
}
