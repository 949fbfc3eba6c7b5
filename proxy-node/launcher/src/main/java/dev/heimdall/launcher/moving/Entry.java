package dev.heimdall.launcher.moving;

import java.util.Locale;
import java.util.Set;

/** A setting as it is written in a file. */
record Entry(String key, String value, Line at) {
  /** Settings whose values may have secrets in the midst. */
  private static final Set<String> NEVER_SHOWN =
      Set.of("auth_ldap_options", "auth_query", "connect_query", "init_connect");

  /** Key and value, unless that may be a secret. */
  String shown() {
    String name = key.substring(key.lastIndexOf(' ') + 1);
    String all = (key + " " + value).toLowerCase(Locale.ROOT);
    boolean secret =
        NEVER_SHOWN.contains(name)
            || all.contains("pass")
            || all.contains("pwd")
            || all.contains("credential")
            || all.contains("secret");
    return secret ? key + " = …" : key + " = " + value;
  }
}
