package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions;
import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions.Volatility;
import dev.heimdall.engine.sql.FunctionName;
import java.util.HashMap;
import java.util.Map;

/** Effects of the functions that are built into MySQL and MariaDB. */
final class MysqlFunctions {
  /** By name, in small letters. */
  static final Map<String, FunctionEffect> EFFECTS = effects();

  private MysqlFunctions() {}

  private static Map<String, FunctionEffect> effects() {
    Map<String, FunctionEffect> effects = new HashMap<>();
    for (Volatility volatility : Volatility.values()) {
      for (String name : BuiltInFunctions.of(volatility)) {
        effects.put(name, effect(volatility));
      }
    }
    effects.put(FunctionName.SYSTEM_VARIABLE.name(), FunctionEffect.SERVER);
    return Map.copyOf(effects);
  }

  private static FunctionEffect effect(Volatility volatility) {
    return switch (volatility) {
      case REPEATABLE -> FunctionEffect.REPEATABLE;
      case MOMENT -> FunctionEffect.MOMENT;
      case SERVER -> FunctionEffect.SERVER;
      case SESSION_LOCK -> FunctionEffect.SESSION_LOCK;
      case WRITE -> FunctionEffect.WRITE;
    };
  }
}
