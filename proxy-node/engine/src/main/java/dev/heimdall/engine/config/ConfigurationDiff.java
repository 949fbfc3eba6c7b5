package dev.heimdall.engine.config;

import dev.heimdall.model.Applies;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.SettingChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * Differences between two configurations. No value is part of it, so it may be logged.
 *
 * @param sources the data sources that came, went or changed
 * @param drivers the drivers that came, went or changed
 * @param vdbs the virtual databases that came, went or changed themselves; one whose data source
 *     changed is not among them for that reason
 * @param rules the rule lists that came, went or changed
 * @param users the users that came, went or changed
 * @param settings every changed setting of the node and of objects in both configurations
 */
public record ConfigurationDiff(
    Names sources, Names drivers, Names vdbs, Names rules, Names users, List<Changed> settings) {

  /** Names of one kind of objects, each in one of the sets at most. */
  public record Names(
      SortedSet<String> added, SortedSet<String> removed, SortedSet<String> changed) {
    public Names {
      added = Collections.unmodifiableSortedSet(new TreeSet<>(added));
      removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
      changed = Collections.unmodifiableSortedSet(new TreeSet<>(changed));
    }

    /** True if nothing came, went or changed. */
    public boolean isEmpty() {
      return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }
  }

  /**
   * A changed setting.
   *
   * @param file the document, relative to the configuration directory
   * @param setting the setting in it and when the change takes effect
   */
  public record Changed(String file, SettingChange setting) {
    @Override
    public String toString() {
      return file + " " + setting.path();
    }
  }

  public ConfigurationDiff {
    settings = List.copyOf(settings);
  }

  /** Compares two configurations of the same node. */
  public static ConfigurationDiff between(Configuration before, Configuration after) {
    List<Changed> settings = new ArrayList<>();
    settings("node.json", before.node(), after.node(), settings);
    return new ConfigurationDiff(
        objects("sources/", before.sources(), after.sources(), settings),
        objects("drivers/", before.drivers(), after.drivers(), settings),
        objects("vdbs/", before.vdbs(), after.vdbs(), settings),
        objects("rules/", before.rules(), after.rules(), settings),
        objects("users/", before.users(), after.users(), settings),
        settings);
  }

  private static <T extends Record> Names objects(
      String folder, Map<String, T> before, Map<String, T> after, List<Changed> settings) {
    SortedSet<String> added = new TreeSet<>(after.keySet());
    added.removeAll(before.keySet());
    SortedSet<String> removed = new TreeSet<>(before.keySet());
    removed.removeAll(after.keySet());
    SortedSet<String> changed = new TreeSet<>();
    before.forEach(
        (name, old) -> {
          T now = after.get(name);
          if (now != null && !now.equals(old)) {
            changed.add(name);
            settings(folder + name + ".json", old, now, settings);
          }
        });
    return new Names(added, removed, changed);
  }

  private static <T extends Record> void settings(
      String file, T before, T after, List<Changed> settings) {
    for (SettingChange change : SettingChange.between(before, after)) {
      settings.add(new Changed(file, change));
    }
  }

  /** True if the two configurations are equal. */
  public boolean isEmpty() {
    return sources.isEmpty()
        && drivers.isEmpty()
        && vdbs.isEmpty()
        && rules.isEmpty()
        && users.isEmpty()
        && settings.isEmpty();
  }

  /** The changed settings that keep their old value until the node is started again. */
  public List<Changed> needRestart() {
    return settings.stream().filter(c -> c.setting().applies() == Applies.RESTART).toList();
  }

  /** One line for the log: {@code vdbs: 1 added (shop); changed: node.json $.logLevel}. */
  @Override
  public String toString() {
    StringJoiner line = new StringJoiner("; ");
    line.setEmptyValue("no difference");
    describe("sources", sources, line);
    describe("drivers", drivers, line);
    describe("vdbs", vdbs, line);
    describe("rules", rules, line);
    describe("users", users, line);
    if (!settings.isEmpty()) {
      line.add("changed: " + some(settings.stream().map(Changed::toString).toList()));
    }
    return line.toString();
  }

  private static void describe(String kind, Names names, StringJoiner line) {
    if (!names.added().isEmpty()) {
      line.add(kind + ": " + names.added().size() + " added " + listed(names.added()));
    }
    if (!names.removed().isEmpty()) {
      line.add(kind + ": " + names.removed().size() + " removed " + listed(names.removed()));
    }
  }

  private static String listed(SortedSet<String> names) {
    return "(" + some(List.copyOf(names)) + ")";
  }

  private static String some(List<String> names) {
    int most = 20;
    return names.size() <= most
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, most)) + " and " + (names.size() - most) + " more";
  }
}
