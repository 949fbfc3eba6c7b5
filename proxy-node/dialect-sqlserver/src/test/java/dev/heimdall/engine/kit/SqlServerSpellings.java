package dev.heimdall.engine.kit;

import java.util.List;

/** Ways in which clients of SQL Server have a statement carried out. */
final class SqlServerSpellings {
  private static final String OTHER_SETTINGS = "quoted identifiers off";

  private SqlServerSpellings() {}

  static List<Spelling> all() {
    return List.of(
        Spelling.of(
            "sp_executesql", (client, sql) -> ((SqlServerKitClient) client).executeSql(sql)),
        Spelling.of(
            "sp_prepexec",
            (client, sql) ->
                ((SqlServerKitClient) client).prepareAndExecute(client.anotherNumber(), sql)),
        Spelling.of(
            "second in a batch",
            (client, sql) -> client.sends("SELECT " + JudgedAlikeContract.BESIDE + "; " + sql)));
  }

  /** Reason that a spelling is treated otherwise than the text; null where it must not be. */
  static String differs(String treatment, String standing, String spelling) {
    boolean several = spelling.equals("second in a batch");
    return switch (treatment) {
      case "async-execute of a call" ->
          several
              ? null
              : "no call of a statement is deferred, and none is counted as run at once for that";
      case "async-execute" -> "no call of a statement is deferred, and none of several";
      case "reader-eligible" -> several ? "replicas answer single statements" : null;
      case "cache" -> {
        boolean before = spelling.startsWith("prepared before");
        if (before && standing.equals(OTHER_SETTINGS)) {
          yield "a handle is of the settings that it was made with";
        }
        yield several ? "single statements are cached" : null;
      }
      default -> null;
    };
  }

  static List<Standing> standings() {
    return List.of(
        Standing.of("context", "SET CONTEXT_INFO 0x01"),
        Standing.of(OTHER_SETTINGS, "SET QUOTED_IDENTIFIER OFF"));
  }
}
