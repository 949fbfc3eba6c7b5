package dev.heimdall.engine.dialect.mysql.login;

/** Method by which a client proves its password. */
enum Method {
  SHA2("caching_sha2_password"),
  NATIVE("mysql_native_password"),
  /** The password itself; only inside TLS. */
  CLEAR_TEXT("mysql_clear_password");

  private final String spelling;

  Method(String spelling) {
    this.spelling = spelling;
  }

  String spelling() {
    return spelling;
  }

  /** Null for one that the node does not know. */
  static Method of(String plugin) {
    for (Method method : values()) {
      if (method.spelling.equals(plugin)) {
        return method;
      }
    }
    return null;
  }
}
