package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code pgbouncer.ini}: what its section {@code [pgbouncer]} says, and where files are. */
final class PgBouncerIni {
  /** Defaults of PgBouncer that are different here. */
  private static final SortedMap<String, String> DEFAULTS =
      new TreeMap<>(
          Map.of(
              "max_client_conn", "100",
              "client_login_timeout", "60",
              "server_connect_timeout", "15"));

  private final Path file;
  private final IniFile ini;
  private final Map<String, Entry> settings = new LinkedHashMap<>();

  private PgBouncerIni(Path file, IniFile ini) {
    this.file = file;
    this.ini = ini;
    for (Entry entry : ini.section("pgbouncer")) {
      String key = entry.key().toLowerCase(Locale.ROOT);
      settings.put(key, new Entry(key, entry.value(), entry.at()));
    }
    DEFAULTS.forEach(
        (key, value) -> settings.putIfAbsent(key, new Entry(key, value, new Line(file, 0))));
  }

  static PgBouncerIni read(Path file) throws CommandFailure {
    return new PgBouncerIni(file, IniFile.read(file));
  }

  /** Its settings, those that hold by default included; keys are in lower case. */
  Collection<Entry> settings() {
    return settings.values();
  }

  Optional<Entry> said(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  /** Setting of a group's databases, which goes before the one for all. */
  Optional<Entry> said(Group group, String key) {
    return group
        .common()
        .get(key)
        .map(value -> new Entry(key, value, group.at()))
        .or(() -> said(key));
  }

  String value(String key, String otherwise) {
    return said(key).map(Entry::value).orElse(otherwise);
  }

  /** Another section. */
  List<Entry> section(String name) {
    return ini.section(name);
  }

  Collection<String> sections() {
    return ini.sections();
  }

  /** True if it listens on more than its Unix socket. */
  boolean listens() {
    return !value("listen_addr", "").isBlank();
  }

  /** A file that it names. */
  Path named(Entry entry) {
    return entry.fileBeside(file);
  }

  /**
   * Path of a file that it names, which must be readable.
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
