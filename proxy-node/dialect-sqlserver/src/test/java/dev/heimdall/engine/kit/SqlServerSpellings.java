package dev.heimdall.engine.kit;

import java.util.List;

/** Ways in which clients of SQL Server have a statement carried out. */
final class SqlServerSpellings {
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
  static String differs(String treatment, String spelling) {
    return treatment.equals("async-execute of a call") && !spelling.equals("second in a batch")
        ? "no call of a statement is deferred, and none is counted as run at once for that"
        : null;
  }

  static List<Standing> standings() {
    return List.of(
        Standing.of("context", "SET CONTEXT_INFO 0x01"),
        Standing.of("quoted identifiers off", "SET QUOTED_IDENTIFIER OFF"));
  }
}
