package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One setting in force, as text for people; secrets are masked.
 *
 * @param key where it is, such as {@code vdbs.shop.pool.size}
 * @param value the value in force, as a user would write it, without quotes; empty when there is
 *     none
 * @param byDefault the default, in the same manner or in words; empty when there is none
 * @param applies when a change takes effect
 */
public record SettingValue(String key, String value, String byDefault, Applies applies) {
  /** Every setting of a configuration, in the order of the reference. */
  public static List<SettingValue> of(Configuration configuration) {
    List<SettingValue> values = new ArrayList<>();
    collect("node", configuration.node(), values);
    configuration.sources().forEach((name, s) -> collect("sources." + name, s, values));
    configuration.drivers().forEach((name, d) -> collect("drivers." + name, d, values));
    configuration.vdbs().forEach((name, vdb) -> collect("vdbs." + name, vdb, values));
    configuration.rules().forEach((name, list) -> collect("rules." + name, list, values));
    configuration.users().forEach((name, user) -> collect("users." + name, user, values));
    return List.copyOf(values);
  }

  private static void collect(String prefix, Record of, List<SettingValue> values) {
    for (Shape.Field field : Shape.of(of.getClass()).fields()) {
      String key = prefix + "." + field.key();
      Object value = field.value(of);
      if (value instanceof Record nested && field.nested().isPresent()) {
        collect(key, nested, values);
      } else if (value instanceof List<?> list && field.section().isPresent()) {
        for (int i = 0; i < list.size(); i++) {
          collect(key + "[" + i + "]", (Record) list.get(i), values);
        }
      } else if (!field.key().equals(Shape.NAME)) {
        values.add(
            new SettingValue(
                key, ValueType.shown(value), byDefault(field), field.setting().applies()));
      }
    }
  }

  private static String byDefault(Shape.Field field) {
    if (!field.hasDefault()) {
      return field.setting().otherwise();
    }
    return ValueType.shown(
        field
            .type()
            .read(field.type().written(field.setting().byDefault()), "$", Reading.ofConstant())
            .orElseThrow());
  }
}
