package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Operators and functions with the types of their operands, and the types of columns, by which the
 * server chooses among those of one name. Read only where users' own share names with others. Types
 * are named by their ids. Changes only while the objects of a database are put together.
 */
public final class Overloads {
  /**
   * One operator or function of a name.
   *
   * @param schema where it is
   * @param operands declared types of its operands
   * @param least how many of them must be given
   * @param variadic whether the last one stands for any number
   * @param result the type that it returns
   * @param routines functions that are called where it is chosen, without those that only compute
   */
  record Signature(
      String schema,
      boolean builtIn,
      long[] operands,
      int least,
      boolean variadic,
      long result,
      List<Routine> routines) {

    /** True if the operands are of exactly these types. */
    boolean isOf(long... types) {
      return !variadic && Arrays.equals(operands, types);
    }
  }

  /** A conversion where nothing asks for it. */
  private record Cast(long source, long target) {}

  private record Columns(String[] names, long[] types) {}

  /** A set of types: any of all, or only these, and perhaps of a literal as well. */
  record Types(boolean any, boolean literal, Set<Long> ids) {
    static final Types ANY = new Types(true, false, Set.of());
    static final Types LITERAL = new Types(false, true, Set.of());

    static Types of(Set<Long> ids) {
      return ids.isEmpty() || ids.size() > MOST_TYPES ? ANY : new Types(false, false, ids);
    }
  }

  private static final int MOST_TYPES = 16;

  private final Map<String, List<Signature>> operators = new HashMap<>();
  private final Map<String, List<Signature>> functions = new HashMap<>();
  private final Map<String, Set<Long>> results = new HashMap<>();
  private final Map<String, List<Long>> named = new HashMap<>();
  private final Map<Long, Long> bases = new HashMap<>();
  private final Map<Long, Long> elements = new HashMap<>();
  private final Map<Long, List<Long>> arrays = new HashMap<>();
  private final Set<Long> rows = new HashSet<>();
  private final Set<Long> ofArrays = new HashSet<>();
  private final Set<Long> open = new HashSet<>();
  private final Set<Long> own = new HashSet<>();
  private final Set<Cast> casts = new HashSet<>();
  private final Map<Relation, Columns> columns = new IdentityHashMap<>();
  private Set<Long> minded = Set.of();
  private Set<Long> becoming = Set.of();

  Overloads() {}

  // ---- what the database has

  /**
   * A type.
   *
   * @param name as the catalogue has it
   * @param base what a domain is of, or 0
   * @param element what an array is of, or 0
   * @param row whether its values are rows
   * @param array whether its values are arrays, or it stands for several types of arrays
   * @param anything whether it stands for several types where it is an operand or result
   * @param ofUser whether it is not the server's own
   */
  public void type(
      long id,
      String name,
      long base,
      long element,
      boolean row,
      boolean array,
      boolean anything,
      boolean ofUser) {
    named.computeIfAbsent(name, n -> new ArrayList<>(1)).add(id);
    if (base != 0) {
      bases.put(id, base);
    }
    if (element != 0) {
      elements.put(id, element);
      arrays.computeIfAbsent(element, e -> new ArrayList<>(1)).add(id);
    }
    if (row) {
      rows.add(id);
    }
    if (array) {
      ofArrays.add(id);
    }
    if (anything) {
      open.add(id);
    }
    if (ofUser) {
      own.add(id);
    }
  }

  /** Values of one type become those of another where nothing asks for it. */
  public void cast(long source, long target) {
    casts.add(new Cast(source, target));
  }

  /** Adds the result types of all functions of a name. */
  public void returns(String function, List<Long> types) {
    results.put(function, Set.copyOf(types));
  }

  void operator(String name, Signature signature) {
    operators.computeIfAbsent(name, n -> new ArrayList<>()).add(signature);
  }

  void function(String name, Signature signature) {
    functions.computeIfAbsent(name, n -> new ArrayList<>()).add(signature);
  }

  void columns(Relation relation, String[] names, long[] types) {
    columns.put(relation, new Columns(names, types));
  }

  /** Finds users' types that decide, once all signatures are there. */
  void complete() {
    Set<Long> targets = new HashSet<>();
    for (Cast cast : casts) {
      if (!own.contains(base(cast.source)) && own.contains(cast.target)) {
        targets.add(cast.target);
        targets.addAll(arrays.getOrDefault(cast.target, List.of()));
      }
    }
    becoming = targets;
    Set<Long> decide = new HashSet<>();
    for (Map<String, List<Signature>> all : List.of(operators, functions)) {
      for (List<Signature> sameName : all.values()) {
        for (Signature signature : sameName) {
          if (!signature.routines.isEmpty()) {
            Arrays.stream(signature.operands).filter(own::contains).forEach(decide::add);
          }
        }
      }
    }
    Set<Long> all = new HashSet<>(decide);
    for (Long type : own) {
      if (decide.stream().anyMatch(target -> becomes(type, target))) {
        all.add(type);
      }
    }
    for (Long type : List.copyOf(all)) {
      all.addAll(arrays.getOrDefault(type, List.of()));
    }
    minded = all;
  }

  // ---- what may be meant

  /** True if a parameter that is declared with this type may change the choice of an overload. */
  boolean minds(long type) {
    return minded.contains(type);
  }

  /**
   * The type of a column of this name; null where the relation has none.
   *
   * @return null also where nothing is known of the relation's columns
   */
  Long column(Relation relation, String name) {
    Columns of = columns.get(relation);
    if (of != null) {
      for (int i = 0; i < of.names.length; i++) {
        if (of.names[i].equals(name)) {
          return of.types[i];
        }
      }
    }
    return null;
  }

  boolean knowsColumns(Relation relation) {
    return columns.containsKey(relation);
  }

  /** Types of this name in whatever schema, or arrays of them. */
  Types named(String name, boolean array) {
    Set<Long> ids = new HashSet<>(named.getOrDefault(name, List.of()));
    if (array) {
      Set<Long> of = new HashSet<>();
      ids.forEach(id -> of.addAll(arrays.getOrDefault(id, List.of())));
      ids = of;
    }
    return Types.of(ids);
  }

  /** Types of the elements of arrays of these types. */
  Types elements(Types of) {
    if (of.any || of.literal) {
      return of;
    }
    Set<Long> ids = new HashSet<>();
    for (Long array : of.ids) {
      Long element = elements.get(base(array));
      if (element == null) {
        return Types.ANY;
      }
      ids.add(element);
    }
    return Types.of(ids);
  }

  /** Types that a function of this name may return, whichever of them is meant. */
  Types returned(String function) {
    Set<Long> ids = new HashSet<>(results.getOrDefault(function, Set.of()));
    if (ids.isEmpty() || ids.stream().anyMatch(open::contains)) {
      return Types.ANY;
    }
    ids.addAll(named.getOrDefault(function, List.of())); // a conversion can be written as a call
    return Types.of(ids);
  }

  Types returned(Set<Signature> of) {
    Set<Long> ids = new HashSet<>();
    for (Signature signature : of) {
      if (open.contains(signature.result)) {
        return Types.ANY;
      }
      ids.add(signature.result);
    }
    return Types.of(ids);
  }

  /** True if no function and no type has this name, by which a row could be converted. */
  boolean isPlainName(String name) {
    return !results.containsKey(name) && !named.containsKey(name);
  }

  boolean hasFunction(String name) {
    return functions.containsKey(name);
  }

  /**
   * Operators of this name that the server may choose for such operands.
   *
   * @param serverFirst whether the server's own come first in the search path
   * @param declared types of parameters that are declared
   */
  Set<Signature> operators(
      String name, List<Types> operands, boolean serverFirst, Set<Long> declared) {
    return chosen(operators.getOrDefault(name, List.of()), operands, true, serverFirst, declared);
  }

  /** Functions of this name that the server may choose for such arguments. */
  Set<Signature> functions(
      String name, List<Types> operands, boolean serverFirst, Set<Long> declared) {
    return chosen(functions.getOrDefault(name, List.of()), operands, false, serverFirst, declared);
  }

  private Set<Signature> chosen(
      List<Signature> all,
      List<Types> operands,
      boolean operator,
      boolean serverFirst,
      Set<Long> declared) {
    Set<Signature> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
    boolean exact = operands.stream().noneMatch(Types::any);
    if (exact && operands.stream().noneMatch(Types::literal)) {
      for (long[] types : combinations(operands)) {
        chosen.addAll(exactly(all, types, operator, serverFirst, declared));
      }
      return chosen;
    }
    boolean oneLiteral =
        operator
            && exact
            && operands.size() == 2
            && operands.stream().filter(Types::literal).count() == 1;
    if (oneLiteral) {
      // A literal is of the other side's type, where an operator has it on both.
      Types known = operands.get(0).literal ? operands.get(1) : operands.get(0);
      for (Long type : known.ids) {
        List<Signature> unknown =
            best(all, serverFirst, type, type, base(type) == type ? null : base(type));
        Types one = new Types(false, false, Set.of(type));
        List<Types> pair =
            operands.get(0).literal ? List.of(Types.LITERAL, one) : List.of(one, Types.LITERAL);
        if (unknown == null) {
          chosen.addAll(fitting(all, pair, serverFirst, declared, true));
        } else {
          chosen.addAll(unknown);
          chosen.addAll(fitting(all, pair, serverFirst, declared, false));
        }
      }
      return chosen;
    }
    chosen.addAll(fitting(all, operands, serverFirst, declared, true));
    return chosen;
  }

  /** Overloads that the server chooses by equal types; null where it may look further. */
  private List<Signature> best(
      List<Signature> all, boolean serverFirst, long left, long right, Long base) {
    List<Signature> equal = all.stream().filter(one -> one.isOf(left, right)).toList();
    if (equal.isEmpty() && base != null) {
      equal = all.stream().filter(one -> one.isOf(base, base)).toList();
    }
    return preferred(equal, serverFirst);
  }

  /** The first in the search path; null where none is surely in it. */
  private static List<Signature> preferred(List<Signature> equal, boolean serverFirst) {
    List<Signature> ofServer = equal.stream().filter(Signature::builtIn).toList();
    if (ofServer.isEmpty()) {
      return null;
    }
    return serverFirst ? ofServer : equal;
  }

  private Set<Signature> exactly(
      List<Signature> all,
      long[] types,
      boolean operator,
      boolean serverFirst,
      Set<Long> declared) {
    List<Signature> equal = all.stream().filter(one -> one.isOf(types)).toList();
    if (equal.isEmpty()) {
      long[] based = Arrays.stream(types).map(this::base).toArray();
      equal = all.stream().filter(one -> one.isOf(based)).toList();
    }
    List<Signature> preferred = preferred(equal, serverFirst);
    // Where users' functions come first, one whose other parameters have defaults may be equal,
    // too.
    if (preferred != null && (operator || serverFirst)) {
      return new HashSet<>(preferred);
    }
    List<Types> operands =
        Arrays.stream(types).mapToObj(type -> new Types(false, false, Set.of(type))).toList();
    return fitting(all, operands, serverFirst, declared, true);
  }

  /**
   * Overloads whose operand types the given types can be cast to.
   *
   * @param untyped whether literals may be of no type yet, and become any
   */
  private Set<Signature> fitting(
      List<Signature> all,
      List<Types> operands,
      boolean serverFirst,
      Set<Long> declared,
      boolean untyped) {
    Set<Signature> fitting = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Signature one : all) {
      boolean hidden =
          serverFirst
              && !one.builtIn
              && all.stream().anyMatch(other -> other.builtIn && other.isOf(one.operands));
      if (!hidden && fits(one, operands, declared, untyped)) {
        fitting.add(one);
      }
    }
    return fitting;
  }

  private boolean fits(Signature one, List<Types> operands, Set<Long> declared, boolean untyped) {
    int most = one.variadic ? Integer.MAX_VALUE : one.operands.length;
    int least = one.variadic ? Math.min(one.least, one.operands.length - 1) : one.least;
    if (operands.size() < least || operands.size() > most) {
      return false;
    }
    for (int i = 0; i < operands.size(); i++) {
      boolean last = one.variadic && i >= one.operands.length - 1;
      if (!last && !fits(operands.get(i), one.operands[i], declared, untyped)) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(Types given, long type, Set<Long> declared, boolean untyped) {
    if (given.any) {
      return true;
    }
    if (given.literal) {
      return untyped
          || !own.contains(base(type))
          || becoming.contains(type)
          || declared.stream().anyMatch(one -> becomes(one, type) || elementBecomes(one, type));
    }
    return given.ids.stream().anyMatch(one -> becomes(one, type));
  }

  /** The same of the elements of an array, behind ANY and its kin. */
  private boolean elementBecomes(long given, long declared) {
    Long element = elements.get(base(given));
    return element != null && becomes(element, declared);
  }

  /** True if values of a type are taken where another one is declared. */
  private boolean becomes(long given, long declared) {
    long from = base(given);
    long to = base(declared);
    if (from == to || casts.contains(new Cast(from, to))) {
      return true;
    }
    if (open.contains(to)) {
      return !ofArrays.contains(to) || ofArrays.contains(from) || open.contains(from);
    }
    if (casts.contains(new Cast(given, declared)) || (rows.contains(from) && rows.contains(to))) {
      return true;
    }
    Long fromElement = elements.get(from);
    Long toElement = elements.get(to);
    return fromElement != null && toElement != null && becomes(fromElement, toElement);
  }

  private long base(long type) {
    long base = type;
    for (int i = 0; i < 32 && bases.containsKey(base); i++) {
      base = bases.get(base);
    }
    return base;
  }

  private static List<long[]> combinations(List<Types> operands) {
    List<long[]> all = new ArrayList<>(List.of(new long[operands.size()]));
    for (int i = 0; i < operands.size(); i++) {
      List<long[]> more = new ArrayList<>();
      for (long[] begun : all) {
        for (Long type : operands.get(i).ids) {
          long[] next = begun.clone();
          next[i] = type;
          more.add(next);
        }
      }
      all = more;
    }
    return all;
  }

  /** True if so many combinations of types are worth looking at. */
  static boolean few(List<Types> operands) {
    long number = 1;
    for (Types one : operands) {
      number *= Math.max(1, one.ids.size());
    }
    return number <= 256;
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    long sum = 100L * (named.size() + results.size()) + 60L * (casts.size() + 3L * named.size());
    for (Map<String, List<Signature>> all : List.of(operators, functions)) {
      for (Map.Entry<String, List<Signature>> sameName : all.entrySet()) {
        sum += 100 + Weight.of(sameName.getKey()) + 120L * sameName.getValue().size();
      }
    }
    for (Columns of : columns.values()) {
      sum += 120 + 12L * of.names.length;
    }
    return sum;
  }
}
