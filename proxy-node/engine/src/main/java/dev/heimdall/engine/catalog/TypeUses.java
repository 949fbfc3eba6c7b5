package dev.heimdall.engine.catalog;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Uses of types that are not the server's own: in other types, relations and functions. */
public final class TypeUses {
  private final Map<Long, String> names = new HashMap<>();
  private final Map<Long, List<Long>> containers = new HashMap<>();
  private final Map<Long, Long> rowTypes = new HashMap<>();
  private final Map<Long, Set<Long>> relations = new HashMap<>();
  private final Map<Long, List<Long>> routines = new HashMap<>();

  /**
   * A type.
   *
   * @param element the type of an array's elements, or 0
   * @param base the type that a domain is of, or 0
   * @param relation whose rows it is the type of, or 0
   */
  public void type(long id, String name, long element, long base, long relation) {
    names.put(id, name);
    contains(id, element);
    contains(id, base);
    if (relation != 0) {
      rowTypes.put(relation, id);
    }
  }

  /** Values of one type have values of the other in them. */
  public void contains(long container, long type) {
    if (type != 0) {
      containers.computeIfAbsent(type, t -> new ArrayList<>(1)).add(container);
    }
  }

  /** A relation has a column of the type, or computes with it. */
  public void relation(long relation, long type) {
    relations.computeIfAbsent(type, t -> new HashSet<>()).add(relation);
  }

  /** A function takes or returns the type. */
  public void routine(long routine, long type) {
    routines.computeIfAbsent(type, t -> new ArrayList<>(1)).add(routine);
  }

  /** These types, and all in which values of them may be. */
  Set<Long> involved(List<Long> types) {
    Set<Long> found = new HashSet<>(types);
    ArrayDeque<Long> left = new ArrayDeque<>(types);
    while (!left.isEmpty()) {
      long type = left.poll();
      List<Long> more = new ArrayList<>(containers.getOrDefault(type, List.of()));
      for (Long relation : relations.getOrDefault(type, Set.of())) {
        Long row = rowTypes.get(relation);
        if (row != null) {
          more.add(row);
        }
      }
      for (Long one : more) {
        if (found.add(one)) {
          left.add(one);
        }
      }
    }
    return found;
  }

  String name(long type) {
    return names.get(type);
  }

  Set<Long> relationsOf(long type) {
    return relations.getOrDefault(type, Set.of());
  }

  List<Long> routinesOf(long type) {
    return routines.getOrDefault(type, List.of());
  }
}
