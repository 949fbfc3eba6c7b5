package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.sqlserver.changes.TrackingQueries;
import dev.heimdall.engine.dialect.sqlserver.cluster.GroupQueries;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Queries of the node's probes, item by item: each agrees with what the node makes of it, or
 * differs. {@code test/tds/verify} has a real server answer.
 */
class SqlServerProbesIT {
  private static final List<String> COLLATIONS =
      List.of(
          "SQL_Latin1_General_CP1_CI_AS",
          "SQL_Latin1_General_CP1_CI_AI",
          "Latin1_General_CI_AI",
          "Latin1_General_CI_AS_KS_WS",
          "Latin1_General_100_CI_AI",
          "Latin1_General_100_CI_AS_SC",
          "Latin1_General_BIN2");

  /** Each character of ASCII that can be seen: inside of a text, and at its end. */
  private static final List<String> TEXTS =
      Stream.concat(
              Stream.of("", "a", "ab"),
              IntStream.rangeClosed(' ', '~')
                  .mapToObj(c -> (char) c)
                  .flatMap(c -> Stream.of("a" + c + "b", "a" + c)))
          .distinct()
          .toList();

  private final List<String> differ = new ArrayList<>();

  private void item(String name, boolean agrees, Object found) {
    System.out.println((agrees ? "agree   " : "differ  ") + name + ": " + found);
    if (!agrees) {
      differ.add(name + ": " + found);
    }
  }

  private static List<Map<String, String>> rows(Connection on, String sql) throws SQLException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (Statement statement = on.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      ResultSetMetaData columns = row.getMetaData();
      while (row.next()) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          values.put(columns.getColumnLabel(i), row.getString(i));
        }
        rows.add(values);
      }
    }
    return rows;
  }

  private void probes(Connection on, String database, boolean grouped) throws SQLException {
    Map<String, String> self = rows(on, GroupQueries.self(Optional.of(database))).get(0);
    item("a server has a name", self.get("name") != null, self.get("name"));
    item("the database is online", "ONLINE".equals(self.get("status")), self.get("status"));
    String may = self.get("updateability");
    item("it takes writes or not", List.of("READ_WRITE", "READ_ONLY").contains(may), may);
    item("VIEW SERVER STATE is held", "1".equals(self.get("permitted")), self.get("permitted"));
    item("the start is known", self.get("started") != null, self.get("started"));
    List<Map<String, String>> roles = rows(on, GroupQueries.roles());
    List<Map<String, String>> databases = rows(on, GroupQueries.databases());
    List<Map<String, String>> members = rows(on, GroupQueries.members());
    if (!grouped && roles.isEmpty()) {
      System.out.println("no availability group: roles, positions and members are not judged");
      return;
    }
    boolean primary = roles.stream().anyMatch(role -> "1".equals(role.get("role")));
    item("a role is primary or secondary", roles.size() >= 1, roles);
    item(
        "a primary takes writes, a secondary does not",
        primary == "READ_WRITE".equals(may),
        may + (primary ? " at a primary" : " at a secondary"));
    List<Map<String, String>> function =
        rows(on, "SELECT CAST(sys.fn_hadr_is_primary_replica(N'" + database + "') AS int) AS p");
    item(
        "the function says the same",
        function.get(0).get("p").equals(primary ? "1" : "0"),
        function);
    Map<String, String> its =
        databases.stream()
            .filter(row -> database.equalsIgnoreCase(row.get("name")))
            .findFirst()
            .orElse(Map.of());
    item("the database is in the group", !its.isEmpty(), databases);
    item(
        "sys.databases knows it by the same number",
        self.get("shared") != null && self.get("shared").equalsIgnoreCase(its.get("shared")),
        self.get("shared"));
    item("last_commit_lsn is known", its.get("last_commit_lsn") != null, its);
    item("members are named", members.size() >= roles.size(), members);
    if (primary) {
      commitIsShown(on, database);
    }
  }

  /** What the freshness of reads rests on. */
  private void commitIsShown(Connection on, String database) throws SQLException {
    on.setCatalog(database);
    try (Statement statement = on.createStatement()) {
      statement.execute("CREATE TABLE heimdall_probe (n int)");
      try {
        String before = lsn(on, database);
        int grown = 0;
        for (int i = 0; i < 100; i++) {
          statement.execute("INSERT INTO heimdall_probe VALUES (" + i + ")");
          String after = lsn(on, database);
          grown += new BigDecimal(after).compareTo(new BigDecimal(before)) > 0 ? 1 : 0;
          before = after;
        }
        item("each acknowledged commit has grown last_commit_lsn", grown == 100, grown + " of 100");
      } finally {
        statement.execute("DROP TABLE heimdall_probe");
      }
    }
  }

  private static String lsn(Connection on, String database) throws SQLException {
    return rows(on, GroupQueries.databases()).stream()
        .filter(row -> database.equalsIgnoreCase(row.get("name")))
        .map(row -> row.get("last_commit_lsn"))
        .findFirst()
        .orElse("0");
  }

  /** Texts that the node tells apart are not equal: results by characters rest on it. */
  private void texts(Connection on, String collation) throws SQLException {
    List<String> equal = new ArrayList<>();
    try (Statement statement = on.createStatement()) {
      statement.execute(
          "CREATE TABLE heimdall_texts (n nvarchar(9) COLLATE %s, v varchar(9) COLLATE %s)"
              .formatted(collation, collation));
      try {
        for (String text : TEXTS) {
          String literal = "'" + text.replace("'", "''") + "'";
          statement.execute("INSERT INTO heimdall_texts VALUES (%1$s, %1$s)".formatted(literal));
        }
        for (String column : List.of("n", "v")) {
          String pairs =
              "SELECT a.%1$s AS a, b.%1$s AS b FROM heimdall_texts a JOIN heimdall_texts b"
                  + " ON a.%1$s = b.%1$s";
          rows(on, pairs.formatted(column)).stream()
              .filter(row -> !folded(row.get("a")).equals(folded(row.get("b"))))
              .forEach(row -> equal.add(row.toString()));
        }
      } finally {
        statement.execute("DROP TABLE heimdall_texts");
      }
    }
    item("texts of ASCII differ in " + collation, equal.isEmpty(), equal);
  }

  private static String folded(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[-']", "").stripTrailing();
  }

  /** Queries by which writes past the nodes are noticed. */
  private void tracking(Connection on) throws SQLException {
    String table = "[dbo].[heimdall_tracked]";
    TdsSessionTest.all(on, "alter database app set allow_snapshot_isolation on");
    TdsSessionTest.all(on, "alter database app set change_tracking = on");
    TdsSessionTest.all(on, "create table heimdall_tracked (id int primary key, v int)");
    TdsSessionTest.all(on, "insert heimdall_tracked values (1, 0), (2, 0)");
    TdsSessionTest.all(on, "alter table heimdall_tracked enable change_tracking");
    item(
        "snapshots are on",
        TdsSessionTest.all(on, TrackingQueries.snapshots()).startsWith("[1,"),
        rows(on, TrackingQueries.snapshots()));
    String before = TdsSessionTest.all(on, TrackingQueries.tables());
    item("the tracked table is listed", before.contains("heimdall_tracked"), before);
    long from = version(on);
    int found = 0;
    for (int i = 0; i < 20; i++) {
      long last = version(on);
      TdsSessionTest.all(on, "update heimdall_tracked set v = v + 1 where id = 1");
      String count = TdsSessionTest.all(on, TrackingQueries.count(7, table, last, last));
      found += count.matches("\\[7,1,\\d+,1;]") && version(on) > last ? 1 : 0;
    }
    item("each acknowledged commit is found at once", found == 20, found + " of 20");
    on.setAutoCommit(false);
    TdsSessionTest.all(on, "update heimdall_tracked set v = 0 where id = 2");
    on.rollback();
    on.setAutoCommit(true);
    String keys = TdsSessionTest.all(on, TrackingQueries.rows(9, table, from));
    item("the row is named by its key, and no other", keys.endsWith(",1;]"), keys);
    TdsSessionTest.all(on, "truncate table heimdall_tracked");
    String after = TdsSessionTest.all(on, TrackingQueries.tables());
    item("TRUNCATE raises min_valid_version or begin_version", !after.equals(before), after);
  }

  private static long version(Connection on) throws SQLException {
    String version = TdsSessionTest.all(on, TrackingQueries.now());
    return Long.parseLong(version.substring(1, version.indexOf(',')));
  }

  @Test
  void aServerTracksChangesAsTheNodeReadsThem() throws SQLException {
    try (TdsTarget target = TdsTarget.start("app");
        Connection on = target.jdbc(";databaseName=app")) {
      tracking(on);
    }
    assertThat(differ).isEmpty();
  }

  @Test
  void aServerComparesTextsAsTheNodeDoes() throws SQLException {
    try (TdsTarget target = TdsTarget.start();
        Connection on = target.jdbc("")) {
      on.setCatalog("tempdb"); // a secondary writes there, too
      for (String collation : COLLATIONS) {
        texts(on, collation);
      }
    }
    assertThat(differ).isEmpty();
  }

  @Test
  void aServerAnswersProbesAsTheNodeReadsThem() throws SQLException {
    if (System.getProperty("tds.server") == null) {
      try (AvailabilityGroup group = AvailabilityGroup.start(2)) {
        for (TdsServer server : group.servers()) {
          try (Connection on = TdsTarget.of(server).jdbc("")) {
            probes(on, "app", true);
          }
        }
      }
    } else {
      try (TdsTarget target = TdsTarget.start();
          Connection on = target.jdbc("")) {
        probes(on, System.getProperty("tds.database", "master"), false);
      }
    }
    assertThat(differ).isEmpty();
  }
}
