package dev.heimdall.engine.dialect.postgres.sql;

/** The one name of a setting that PostgreSQL knows under several spellings. */
public final class SettingName {
  private SettingName() {}

  /**
   * Without capital letters of ASCII, which make no difference to the server, and without names of
   * old that stand for others: what is kept under two names could be put back under one of them and
   * left under the other.
   */
  public static String of(String written) {
    String name = folded(written);
    return switch (name) {
      case "sort_mem" -> "work_mem";
      case "vacuum_mem" -> "maintenance_work_mem";
      default -> name;
    };
  }

  private static String folded(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        StringBuilder folded = new StringBuilder(name);
        for (int j = i; j < name.length(); j++) {
          char d = name.charAt(j);
          if (d >= 'A' && d <= 'Z') {
            folded.setCharAt(j, (char) (d + 'a' - 'A'));
          }
        }
        return folded.toString();
      }
    }
    return name;
  }
}
