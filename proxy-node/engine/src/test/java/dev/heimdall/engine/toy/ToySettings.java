package dev.heimdall.engine.toy;

import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SettingRules;
import java.util.List;

/** Settings of a dialect that has one schema in force at a time, and no roles to be taken. */
final class ToySettings implements SettingRules {
  static final String SCHEMA = "schema";

  @Override
  public boolean reportedOnly(String name) {
    return name.equals("version");
  }

  @Override
  public boolean unset(String name, String value) {
    return value.isEmpty();
  }

  @Override
  public PinReason pinOf(String name, String value) {
    return value.equals("sealed") ? PinReason.of("sealed schema") : null;
  }

  @Override
  public boolean movesNames(String name) {
    return name.equals(SCHEMA);
  }

  @Override
  public String path() {
    return SCHEMA;
  }

  @Override
  public String role() {
    return "";
  }

  @Override
  public List<String> schemas(String path) {
    return List.of(path);
  }
}
