package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.Effect;
import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions;
import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions.Volatility;
import dev.heimdall.engine.sql.FunctionName;
import java.util.HashMap;
import java.util.Map;

/** What the functions do that MySQL and MariaDB bring. */
final class MysqlFunctions {
  /** By name, in small letters. */
  static final Map<String, Effect> EFFECTS = effects();

  private MysqlFunctions() {}

  private static Map<String, Effect> effects() {
    Map<String, Effect> effects = new HashMap<>();
    for (Volatility volatility : Volatility.values()) {
      for (String name : BuiltInFunctions.of(volatility)) {
        effects.put(name, effect(volatility));
      }
    }
    effects.put(FunctionName.SYSTEM_VARIABLE.name(), Effect.SERVER);
    return Map.copyOf(effects);
  }

  private static Effect effect(Volatility volatility) {
    return switch (volatility) {
      case REPEATABLE -> Effect.REPEATABLE;
      case MOMENT -> Effect.MOMENT;
      case SERVER -> Effect.SERVER;
      case SESSION_LOCK -> Effect.SESSION_LOCK;
      case WRITE -> Effect.WRITE;
    };
  }
}
