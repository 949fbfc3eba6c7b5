package dev.heimdall.engine.catalog;

import dev.heimdall.engine.catalog.Overloads.Signature;
import dev.heimdall.engine.catalog.Overloads.Types;
import dev.heimdall.engine.sql.Application;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.Operand;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The server's choice among operators and functions of one name, by the types of what they are
 * applied to in one statement. Where these are not known all are left that could be meant.
 */
final class Choice {
  private final DatabaseObjects objects;
  private final ParsedStatement parsed;
  private final NameScope scope;
  private final Set<Long> declared = new HashSet<>();
  private final boolean serverFirst;
  private final Map<Application, Types> results = new IdentityHashMap<>();

  /** Relations whose columns the statement may name; null where not all are known. */
  private List<Relation> relations;

  Choice(DatabaseObjects objects, ParsedStatement parsed, NameScope scope, int[] declared) {
    this.objects = objects;
    this.parsed = parsed;
    this.scope = scope;
    for (int type : declared) {
      this.declared.add(Integer.toUnsignedLong(type));
    }
    boolean asked = objects.overloads() != null && !parsed.applications().isEmpty();
    serverFirst = asked && objects.findsServersFirst(scope);
    relations = asked ? relations() : null;
  }

  private List<Relation> relations() {
    List<Relation> all = new ArrayList<>();
    for (TableName name : parsed.reads()) {
      List<Relation> found = objects.relations(name, scope);
      if (found.isEmpty() || !found.stream().allMatch(objects.overloads()::knowsColumns)) {
        return null;
      }
      all.addAll(found);
    }
    return all;
  }

  /**
   * Functions that may be called, out of all behind an operator or a function's name.
   *
   * @param found all of that name
   */
  List<Routine> meant(List<Routine> found, String name, boolean operator) {
    boolean any = objects.overloads() != null && found.stream().anyMatch(one -> !one.builtIn());
    List<Application> places =
        any
            ? parsed.applications().stream()
                .filter(one -> one.operator() == operator && one.name().equals(name))
                .toList()
            : List.of();
    if (places.isEmpty() || (!operator && !objects.overloads().hasFunction(name))) {
      return found;
    }
    Set<Routine> possible = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Application place : places) {
      Set<Signature> chosen = chosen(place);
      if (chosen == null) {
        return found;
      }
      chosen.forEach(signature -> possible.addAll(signature.routines()));
    }
    return found.stream().filter(one -> one.builtIn() || possible.contains(one)).toList();
  }

  /** Signatures that the server may choose at one call; null where operand types are unknown. */
  private Set<Signature> chosen(Application place) {
    if (place.operands() == null) {
      return null;
    }
    List<Types> operands = place.operands().stream().map(this::types).toList();
    if (!Overloads.few(operands)) {
      return null;
    }
    return place.operator()
        ? objects.overloads().operators(place.name(), operands, serverFirst, declared)
        : objects.overloads().functions(place.name(), operands, serverFirst, declared);
  }

  private Types types(Operand operand) {
    return switch (operand.kind()) {
      case ANY -> Types.ANY;
      case LITERAL -> Types.LITERAL;
      case TYPE -> objects.overloads().named(operand.name(), operand.part());
      case ELEMENT -> objects.overloads().elements(types(operand.array()));
      case COLUMN -> column(operand.name(), operand.part());
      case RESULT -> {
        Types known = results.get(operand.from());
        if (known == null) {
          known = result(operand.from());
          results.put(operand.from(), known);
        }
        yield known;
      }
    };
  }

  private Types result(Application place) {
    if (place.operator() || objects.overloads().hasFunction(place.name())) {
      Set<Signature> chosen = chosen(place);
      if (chosen != null) {
        return objects.overloads().returned(chosen);
      }
      if (place.operator()) {
        return Types.ANY;
      }
    }
    return objects.overloads().returned(place.name());
  }

  /**
   * Types of columns of this name.
   *
   * @param qualified whether a name stands before it, so that it may call a function of a row
   */
  private Types column(String name, boolean qualified) {
    if (relations == null) {
      return Types.ANY;
    }
    Set<Long> types = new HashSet<>();
    boolean everywhere = true;
    for (Relation relation : relations) {
      Long type = objects.overloads().column(relation, name);
      everywhere &= type != null;
      if (type != null) {
        types.add(type);
      }
    }
    boolean row = !everywhere && !qualified && isTable(name);
    boolean calls = !everywhere && qualified && !objects.overloads().isPlainName(name);
    return types.isEmpty() || row || calls ? Types.ANY : Types.of(types);
  }

  private boolean isTable(String name) {
    return parsed.reads().stream().anyMatch(table -> table.table().equals(name));
  }
}
