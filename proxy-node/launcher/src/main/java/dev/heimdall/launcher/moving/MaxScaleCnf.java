package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code maxscale.cnf}, and the files in the folder {@code maxscale.cnf.d} beside it. */
final class MaxScaleCnf {
  /** Names of before, and those of now. */
  private static final Map<String, String> RENAMED =
      Map.of(
          "passwd", "password",
          "ssl_ca_cert", "ssl_ca",
          "connection_timeout", "wait_timeout",
          "max_slave_replication_lag", "max_replication_lag");

  /** Of a document, less what a number behind it takes. */
  private static final int LONGEST_NAME = 60;

  private final Path file;
  private final Map<String, MaxScaleSection> sections = new LinkedHashMap<>();

  private MaxScaleCnf(Path file) {
    this.file = file;
  }

  static MaxScaleCnf read(Path file) throws CommandFailure {
    MaxScaleCnf read = new MaxScaleCnf(file);
    read.add(file);
    Path folder = Path.of(file + ".d");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> others = Files.walk(folder)) {
        for (Path other :
            others.filter(name -> name.toString().endsWith(".cnf")).sorted().toList()) {
          read.add(other);
        }
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.STARTUP, folder + " cannot be read: " + e, e);
      }
    }
    return read;
  }

  private void add(Path from) throws CommandFailure {
    IniFile ini = IniFile.readContinued(from);
    for (String name : ini.sections()) {
      Map<String, Entry> settings = new LinkedHashMap<>();
      for (Entry entry : ini.section(name)) {
        String key = entry.key().toLowerCase(Locale.ROOT).replace('-', '_');
        key = RENAMED.getOrDefault(key, key);
        if (settings.put(key, new Entry(key, entry.value(), entry.at())) != null) {
          throw new CommandFailure(
              ExitCode.CONFIGURATION, entry.at() + ": " + key + " stands twice in [" + name + "]");
        }
      }
      if (name.equalsIgnoreCase("maxscale") || name.equalsIgnoreCase("gateway")) {
        settings.putIfAbsent("type", new Entry("type", "maxscale", ini.at(name)));
      }
      String type = settings.containsKey("type") ? settings.get("type").value() : "";
      MaxScaleSection section =
          new MaxScaleSection(
              name, document(name), type.toLowerCase(Locale.ROOT), settings, ini.at(name));
      if (sections.put(name, section) != null) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, section.at() + ": another file has [" + name + "], too");
      }
    }
  }

  List<MaxScaleSection> of(String type) {
    return sections.values().stream().filter(section -> section.type().equals(type)).toList();
  }

  Optional<MaxScaleSection> named(String name, String type) {
    return Optional.ofNullable(sections.get(name.strip()))
        .filter(section -> section.type().equals(type));
  }

  /** File systems may not know upper from lower case: documents are told apart by numbers. */
  private String document(String section) {
    String base =
        section
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9_.-]", "-")
            .replaceFirst("^(?=[.-])", "_");
    String name = base.length() > LONGEST_NAME ? base.substring(0, LONGEST_NAME) : base;
    Set<String> taken =
        sections.values().stream().map(MaxScaleSection::document).collect(Collectors.toSet());
    String free = name;
    for (int number = 2; taken.contains(free); number++) {
      free = name + "-" + number;
    }
    return free;
  }

  /**
   * Sections that a setting names.
   *
   * @throws CommandFailure for a name that is not there
   */
  List<MaxScaleSection> named(MaxScaleSection in, String key, String separator, String type)
      throws CommandFailure {
    List<MaxScaleSection> found = new ArrayList<>();
    for (String name : in.names(key, separator)) {
      found.add(
          named(name, type)
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          ExitCode.CONFIGURATION,
                          in.said(key).orElseThrow().at()
                              + ": there is no section ["
                              + name
                              + "] of the type "
                              + type)));
    }
    return found;
  }

  /** All sections, in their order. */
  List<MaxScaleSection> all() {
    return List.copyOf(sections.values());
  }

  /**
   * A file that it names.
   *
   * @throws CommandFailure where it cannot be read
   */
  String readable(Entry entry) throws CommandFailure {
    return entry.readableBeside(file);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
