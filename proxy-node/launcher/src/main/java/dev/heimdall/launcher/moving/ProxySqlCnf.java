package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@code proxysql.cnf}: tables of rows, and variables. */
final class ProxySqlCnf {
  private final Path file;
  private final Map<String, LibconfigValue> all;

  private ProxySqlCnf(Path file, Map<String, LibconfigValue> all) {
    this.file = file;
    this.all = all;
  }

  /**
   * A row of a table.
   *
   * @param at where it begins
   */
  record Row(Map<String, Entry> fields, Line at) {
    Optional<Entry> said(String name) {
      return Optional.ofNullable(fields.get(name));
    }

    /** Text of a field, which may have either name; empty for nothing, and for an empty text. */
    Optional<String> text(String... names) {
      for (String name : names) {
        if (fields.containsKey(name)) {
          return Optional.of(fields.get(name).value()).filter(text -> !text.isEmpty());
        }
      }
      return Optional.empty();
    }

    /**
     * A number, where truth values are 1 and 0.
     *
     * @throws CommandFailure for what is no number
     */
    int number(String name, int otherwise) throws CommandFailure {
      Entry entry = fields.get(name);
      if (entry == null || entry.value().isEmpty()) {
        return otherwise;
      }
      if (entry.value().matches("true|false")) {
        return entry.value().equals("true") ? 1 : 0;
      }
      try {
        return Integer.parseInt(entry.value());
      } catch (NumberFormatException e) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, entry.at() + ": " + name + " is no whole number", e);
      }
    }

    /**
     * A number that has to be there.
     *
     * @throws CommandFailure where it is not
     */
    int required(String... names) throws CommandFailure {
      for (String name : names) {
        if (fields.containsKey(name)) {
          return number(name, 0);
        }
      }
      throw missing(names[0]);
    }

    CommandFailure missing(String name) {
      return new CommandFailure(ExitCode.CONFIGURATION, at + ": expected a " + name);
    }
  }

  static ProxySqlCnf read(Path file) throws CommandFailure {
    return new ProxySqlCnf(file, LibconfigFile.read(file));
  }

  Set<String> names() {
    return new TreeSet<>(all.keySet());
  }

  /** True if a table or a group has nothing in it. */
  boolean isEmpty(String name) {
    LibconfigValue written = all.get(name);
    return written.items().isEmpty() && written.members().isEmpty() && !written.isScalar();
  }

  /** Line at which a table or a group begins. */
  Line at(String name) {
    return all.get(name).at();
  }

  /**
   * The rows of a table; none where it is not there.
   *
   * @throws CommandFailure for what is no row
   */
  List<Row> rows(String table) throws CommandFailure {
    List<Row> rows = new ArrayList<>();
    LibconfigValue written = all.get(table);
    if (written == null) {
      return rows;
    }
    for (LibconfigValue row : written.items()) {
      rows.add(new Row(fields(row), row.at()));
    }
    return rows;
  }

  /** The variables of a group, by their names. */
  Collection<Entry> variables(String group) throws CommandFailure {
    LibconfigValue written = all.get(group);
    return written == null ? List.of() : fields(written).values();
  }

  private static Map<String, Entry> fields(LibconfigValue group) throws CommandFailure {
    Map<String, Entry> fields = new LinkedHashMap<>();
    for (Map.Entry<String, LibconfigValue> field : group.members().entrySet()) {
      LibconfigValue value = field.getValue();
      if (!value.isScalar()) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, value.at() + ": expected a value for " + field.getKey());
      }
      fields.put(field.getKey(), new Entry(field.getKey(), value.text(), value.at()));
    }
    if (fields.isEmpty() && !(group.content() instanceof Map)) {
      throw new CommandFailure(ExitCode.CONFIGURATION, group.at() + ": expected { … }");
    }
    return fields;
  }

  /**
   * A file that it names.
   *
   * @throws CommandFailure where it cannot be read
   */
  String readable(Entry entry) throws CommandFailure {
    return entry.readableBeside(file);
  }

  /** The file, for what none of its lines says. */
  Line itself() {
    return new Line(file, 0);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
