package dev.heimdall.engine.dialect.mysql.server;

/**
 * Types of an execution's parameters as the protocol has them: two bytes for each, the type and
 * flags, and behind them its name where query attributes were agreed on. See "COM_STMT_EXECUTE" in
 * the documentation of MySQL's protocol.
 */
public final class ParameterTypes {
  private static final int PAIR = 2;
  private static final int TWO_BYTES = 0xFC;

  private ParameterTypes() {}

  /** True if one of the parameters, of which there are so many, is of the type. */
  public static boolean has(byte[] types, int parameters, int type) {
    int at = 0;
    for (int i = 0; i < parameters; i++) {
      if (types[at] == type) {
        return true;
      }
      at = next(types, at, parameters);
    }
    return false;
  }

  /** Position behind the type at this one. */
  static int next(byte[] types, int at, int parameters) {
    int name = at + PAIR;
    if (types.length == PAIR * parameters) {
      return name;
    }
    int length = types[name] & 0xFF;
    return length < TWO_BYTES
        ? name + 1 + length
        : name + 3 + ((types[name + 1] & 0xFF) | (types[name + 2] & 0xFF) << 8);
  }
}
