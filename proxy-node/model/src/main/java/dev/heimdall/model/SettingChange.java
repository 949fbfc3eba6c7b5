package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One setting whose value differs between two states of the same document. The values themselves
 * are not part of it: they may be secret.
 *
 * @param path the setting, such as {@code $.pool.size}
 * @param applies when the change takes effect
 */
public record SettingChange(String path, Applies applies) {
  /** The settings that differ, in the order of the reference; none when the records are equal. */
  public static <T extends Record> List<SettingChange> between(T before, T after) {
    List<SettingChange> changes = new ArrayList<>();
    collect(before, after, "$", changes);
    return List.copyOf(changes);
  }

  private static void collect(
      Record before, Record after, String path, List<SettingChange> changes) {
    for (Shape.Field field : Shape.of(before.getClass()).fields()) {
      Object old = field.value(before);
      Object now = field.value(after);
      String at = Reading.member(path, field.key());
      if (field.nested().isPresent()) {
        collect((Record) old, (Record) now, at, changes);
      } else if (!Objects.equals(old, now)) {
        changes.add(new SettingChange(at, field.setting().applies()));
      }
    }
  }
}
