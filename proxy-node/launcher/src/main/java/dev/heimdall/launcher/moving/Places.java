package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The settings of another proxy one by one: where each goes, or why it goes nowhere. Of those that
 * decide about several documents at once, or with others, only the names are here.
 */
final class Places {
  /** Documents to which a setting belongs. */
  enum Kind {
    NODE,
    SOURCE,
    VDB
  }

  /**
   * Destination of a setting.
   *
   * @param path of the setting in the document, with a dot between object and member
   * @param value as it is written there; empty where the other proxy's own value is none
   */
  private record Place(Kind kind, String path, Function<String, Optional<Object>> value) {}

  private final String unknown;
  private final Map<String, List<Place>> places;
  private final Set<String> elsewhere;
  private final Map<String, String> differing;
  private final Map<String, String> nowhere;
  private final Map<String, String> nowhereFrom;

  private Places(Table table) {
    this.unknown = table.unknown;
    this.places = Map.copyOf(table.places);
    this.elsewhere = Set.copyOf(table.elsewhere);
    this.differing = Map.copyOf(table.differing);
    this.nowhere = Map.copyOf(table.nowhere);
    this.nowhereFrom = Map.copyOf(table.nowhereFrom);
  }

  /** Writer of a table of places. */
  static final class Table {
    private final String unknown;
    private final Map<String, List<Place>> places = new TreeMap<>();
    private final Set<String> elsewhere = new TreeSet<>();
    private final Map<String, String> differing = new TreeMap<>();
    private final Map<String, String> nowhere = new TreeMap<>();
    private final Map<String, String> nowhereFrom = new TreeMap<>();

    /**
     * @param unknown what is to be said of any other setting
     */
    Table(String unknown) {
      this.unknown = unknown;
    }

    /** The settings are read by others: they decide about several documents, or with others. */
    Table elsewhere(String... names) {
      elsewhere.addAll(List.of(names));
      return this;
    }

    /** Marks a setting that was carried over and means something else by a little. */
    Table differs(String name, String how) {
      differing.put(name, how);
      return this;
    }

    /** The settings have no counterpart. */
    Table nowhere(String why, String... names) {
      for (String name : names) {
        nowhere.put(name, why);
      }
      return this;
    }

    /**
     * Marks all settings whose names begin so, and that have no line of their own, as without a
     * counterpart.
     */
    Table nowhereFrom(String why, String... beginnings) {
      for (String beginning : beginnings) {
        nowhereFrom.put(beginning, why);
      }
      return this;
    }

    Table number(String name, Kind kind, String path) {
      return value(name, kind, path, text -> Optional.of(Long.parseLong(text)));
    }

    Table seconds(String name, Kind kind, String path) {
      return value(name, kind, path, text -> Optional.of(duration(text, 3)));
    }

    Table millis(String name, Kind kind, String path) {
      return value(name, kind, path, text -> Optional.of(duration(text, 0)));
    }

    /**
     * @param value throws NumberFormatException for what is no number
     */
    Table value(String name, Kind kind, String path, Function<String, Optional<Object>> value) {
      places.computeIfAbsent(name, any -> new ArrayList<>()).add(new Place(kind, path, value));
      return this;
    }

    Places done() {
      return new Places(this);
    }
  }

  /**
   * A time as documents have it.
   *
   * @param shift how many digits the unit is away from milliseconds
   */
  static String duration(String text, int shift) {
    BigDecimal millis = new BigDecimal(text).movePointRight(shift);
    if (millis.signum() == 0) {
      return "0";
    }
    return millis.remainder(new BigDecimal(1000)).signum() == 0
        ? millis.movePointLeft(3).toBigInteger() + "s"
        : millis.toBigInteger() + "ms";
  }

  private String why(String key) {
    return Optional.ofNullable(nowhere.get(key))
        .or(
            () ->
                nowhereFrom.entrySet().stream()
                    .filter(beginning -> key.startsWith(beginning.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst())
        .orElse(unknown);
  }

  /** Notes why a setting goes nowhere, unless others read it; for tables without places. */
  void leave(Entry entry, Notes notes) {
    if (!elsewhere.contains(entry.key())) {
      notes.left(entry, why(entry.key()));
    }
  }

  /**
   * Applies a setting.
   *
   * @param sources the names of the data sources that it counts for
   * @param vdbs the names of the virtual databases
   */
  void take(
      Entry entry,
      Documents documents,
      Collection<String> sources,
      Collection<String> vdbs,
      Notes notes) {
    if (elsewhere.contains(entry.key())) {
      return;
    }
    List<Place> found = places.get(entry.key());
    if (found == null) {
      notes.left(entry, why(entry.key()));
      return;
    }
    try {
      for (Place place : found) {
        Optional<Object> value = place.value().apply(entry.value());
        if (value.isPresent()) {
          into(place, value.get(), documents, place.kind() == Kind.SOURCE ? sources : vdbs);
        }
      }
      if (differing.containsKey(entry.key())) {
        notes.differs(entry, differing.get(entry.key()));
      }
    } catch (NumberFormatException noNumber) {
      notes.left(entry, "the value is no number");
    }
  }

  private static void into(
      Place place, Object value, Documents documents, Collection<String> names) {
    if (place.kind() == Kind.NODE) {
      put(documents.node(), place.path(), value);
      return;
    }
    for (String name : names) {
      put(
          place.kind() == Kind.SOURCE ? documents.source(name) : documents.vdb(name),
          place.path(),
          value);
    }
  }

  /** Puts a value at a path of names with dots between them. */
  static void put(ObjectNode document, String path, Object value) {
    ObjectNode object = document;
    String name = path;
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.')) {
      object = Documents.part(object, name.substring(0, dot));
      name = name.substring(dot + 1);
    }
    if (value instanceof Number number) {
      object.put(name, number.longValue());
    } else if (value instanceof Boolean truth) {
      object.put(name, truth);
    } else {
      object.put(name, value.toString());
    }
  }
}
