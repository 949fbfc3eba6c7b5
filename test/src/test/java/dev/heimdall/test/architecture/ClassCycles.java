package dev.heimdall.test.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Classes of one package that all depend on each other; nested ones count as what they are in. */
final class ClassCycles {
  private final Map<String, Set<String>> uses;
  private final Map<String, Integer> order = new HashMap<>();
  private final Map<String, Integer> lowest = new HashMap<>();
  private final Deque<String> open = new ArrayDeque<>();
  private Set<String> largest = Set.of();

  private ClassCycles(Map<String, Set<String>> uses) {
    this.uses = uses;
  }

  /** The largest cycle of each package below the root that has one of more classes than this. */
  static Map<String, Set<String>> largerThan(int most, Iterable<JavaClass> classes, String root) {
    Map<String, Map<String, Set<String>>> packages = new TreeMap<>();
    for (JavaClass one : classes) {
      if (one.getPackageName().startsWith(root)) {
        packages
            .computeIfAbsent(one.getPackageName(), name -> new TreeMap<>())
            .computeIfAbsent(outermost(one), name -> new TreeSet<>())
            .addAll(usedInPackage(one));
      }
    }
    Map<String, Set<String>> found = new TreeMap<>();
    packages.forEach(
        (name, uses) -> {
          Set<String> cycle = new ClassCycles(uses).largest();
          if (cycle.size() > most) {
            found.put(name, cycle);
          }
        });
    return found;
  }

  private static Set<String> usedInPackage(JavaClass one) {
    Set<String> used = new TreeSet<>();
    for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      if (target.getPackageName().equals(one.getPackageName())) {
        used.add(outermost(target));
      }
    }
    return used;
  }

  private static String outermost(JavaClass one) {
    String name = one.getName().substring(one.getPackageName().length() + 1);
    return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
  }

  private Set<String> largest() {
    for (String name : uses.keySet()) {
      if (!order.containsKey(name)) {
        visit(name);
      }
    }
    return largest;
  }

  /** Tarjan's strongly connected components. */
  private void visit(String name) {
    order.put(name, order.size());
    lowest.put(name, order.get(name));
    open.push(name);
    for (String used : uses.getOrDefault(name, Set.of())) {
      if (!order.containsKey(used)) {
        visit(used);
        lowest.merge(name, lowest.get(used), Math::min);
      } else if (open.contains(used)) {
        lowest.merge(name, order.get(used), Math::min);
      }
    }
    if (lowest.get(name).equals(order.get(name))) {
      Set<String> cycle = new TreeSet<>();
      do {
        cycle.add(open.peek());
      } while (!open.pop().equals(name));
      if (cycle.size() > largest.size()) {
        largest = cycle;
      }
    }
  }
}
