package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A file of sections and settings, as PgBouncer reads it (its page "config"): {@code [section]},
 * {@code key = value}, comments from {@code ;} or {@code #} at the beginning of a line, {@code
 * %include FILE}.
 */
final class IniFile {
  private static final int DEEPEST = 10;

  private final Map<String, List<Entry>> sections = new LinkedHashMap<>();
  private final Map<String, Line> begins = new LinkedHashMap<>();

  /** As MaxScale reads it: lines that go on, and names of sections with upper and lower case. */
  private final boolean continued;

  private String section = "";

  private IniFile(boolean continued) {
    this.continued = continued;
  }

  /**
   * @throws CommandFailure with the line that cannot be read
   */
  static IniFile read(Path file) throws CommandFailure {
    IniFile read = new IniFile(false);
    read.add(file, 0);
    return read;
  }

  /**
   * Reads a file as MaxScale does: a line that begins with a blank goes on with the value before
   * it, and names of sections that differ in case are two.
   *
   * @throws CommandFailure with the line that cannot be read
   */
  static IniFile readContinued(Path file) throws CommandFailure {
    IniFile read = new IniFile(true);
    read.add(file, 0);
    return read;
  }

  /** Line at which a section begins. */
  Line at(String name) {
    return begins.get(name);
  }

  /** The settings of a section, in their order; empty where there is none of that name. */
  List<Entry> section(String name) {
    return sections.getOrDefault(name, List.of());
  }

  /** The names of the sections that are there. */
  Set<String> sections() {
    return sections.keySet();
  }

  private void add(Path file, int depth) throws CommandFailure {
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      Line at = new Line(file, i + 1);
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
        continue;
      }
      if (continued && Character.isWhitespace(lines.get(i).charAt(0)) && goesOn(line)) {
        continue;
      }
      if (line.startsWith("%include")) {
        if (depth == DEEPEST) {
          throw new CommandFailure(ExitCode.CONFIGURATION, at + ": files include each other");
        }
        add(file.resolveSibling(line.substring("%include".length()).strip()), depth + 1);
      } else if (line.startsWith("[") && line.endsWith("]")) {
        String name = line.substring(1, line.length() - 1).strip();
        section = continued ? name : name.toLowerCase(Locale.ROOT);
        sections.computeIfAbsent(section, any -> new ArrayList<>());
        begins.putIfAbsent(section, at);
      } else {
        setting(line, at);
      }
    }
  }

  /** Adds to the last setting; says whether there is one. */
  private boolean goesOn(String more) {
    List<Entry> settings = sections.getOrDefault(section, List.of());
    if (settings.isEmpty()) {
      return false;
    }
    Entry last = settings.remove(settings.size() - 1);
    settings.add(new Entry(last.key(), last.value() + more, last.at()));
    return true;
  }

  private void setting(String line, Line at) throws CommandFailure {
    int equals = line.indexOf('=');
    if (equals <= 0 || section.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          at + ": expected " + (section.isEmpty() ? "[section]" : "key = value"));
    }
    sections
        .get(section)
        .add(new Entry(line.substring(0, equals).strip(), line.substring(equals + 1).strip(), at));
  }

  /** The lines of a file. */
  static List<String> lines(Path file) throws CommandFailure {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.STARTUP, file + " cannot be read: " + e, e);
    }
  }
}
