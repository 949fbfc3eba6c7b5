package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions;
import dev.heimdall.engine.dialect.mysql.sql.BuiltInFunctions.Volatility;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of the functions of MySQL and MariaDB against those that servers say they have. */
class MysqlBuiltInFunctionsIT {
  /** Words of descriptions by which an answer may rest on more than arguments. */
  private static final Pattern STATE =
      Pattern.compile(
          "(?i)\\b(session|current|server|random|file|lock|connection|replica|thread|variable"
              + "|non-?deterministic|privilege|user)\\b");

  /** Repeatable functions in whose description such a word stands, by why they are repeatable. */
  private static final Map<String, String> EXPLAINED =
      Map.of(
          "a variable decides that tells results of sessions apart, or is fixed while a server runs",
          "aes_encrypt dayname format monthname statement_digest statement_digest_text week",
          "the character set of the connection decides, which tells results apart",
          "cast inet6_ntoa inet_ntoa lower md5 sha1 sha2 st_asgeojson st_geohash strcmp to_base64"
              + " upper",
          "it is about the current row, partition or group",
          "cume_dist dense_rank grouping lag lead ntile percent_rank rank row_number",
          "the row that is returned is as open as which of several rows comes first",
          "any_value",
          "a word of an example, or of what the server does with a wrong argument",
          "bit_and bit_or bit_xor json_storage_free json_value str_to_date",
          "spatial reference systems decide, whose definitions no look compares",
          "st_area st_buffer st_buffer_strategy st_centroid st_collect st_distance"
              + " st_distance_sphere st_envelope st_frechetdistance st_hausdorffdistance"
              + " st_isclosed st_issimple st_isvalid st_latitude st_length st_lineinterpolatepoint"
              + " st_lineinterpolatepoints st_longitude st_makeenvelope st_pointatdistance"
              + " st_simplify st_srid st_transform st_validate");

  /** Topics that are no functions, or none that a server has before somebody makes it. */
  private static final Pattern NOT_BUILT_IN =
      Pattern.compile(
          "internal_.*|asymmetric_.*|create_(digest|asymmetric_.*)|.*[^a-z0-9_].*|binary|div|like|regexp");

  private static Map<String, String> described() throws SQLException {
    Map<String, String> described = new TreeMap<>();
    try (Connection connection = MysqlRelease.MYSQL.shared().primary().connect("mysql");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT LOWER(REPLACE(t.name, '()', '')), t.description FROM help_topic t"
                    + " JOIN help_category c ON c.help_category_id = t.help_category_id"
                    + " WHERE c.name LIKE '%Functions%'")) {
      while (rows.next()) {
        described.merge(rows.getString(1).strip(), rows.getString(2), String::concat);
      }
    }
    return described;
  }

  private static Set<String> listed() {
    Set<String> listed = new TreeSet<>();
    for (Volatility volatility : Volatility.values()) {
      listed.addAll(BuiltInFunctions.of(volatility));
    }
    return listed;
  }

  /** What is not listed counts as made by somebody, and is never cached. */
  @Test
  void everyFunctionOfMariadbIsListed() throws SQLException {
    Set<String> known = new TreeSet<>();
    try (Connection connection = MysqlRelease.MARIADB.shared().primary().connect("mysql");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT LOWER(function) FROM information_schema.sql_functions")) {
      while (rows.next()) {
        known.add(rows.getString(1));
      }
    }
    assertThat(known).hasSizeGreaterThan(200);
    assertThat(listed()).containsAll(known);
  }

  @Test
  void everyFunctionThatMysqlDescribesIsListed() throws SQLException {
    Set<String> known = new TreeSet<>(described().keySet());
    known.removeIf(name -> NOT_BUILT_IN.matcher(name).matches());
    assertThat(known).hasSizeGreaterThan(300);
    assertThat(listed()).containsAll(known);
  }

  @Test
  void whatRestsOnMoreThanItsArgumentsByItsDescriptionIsNotRepeatableUnlessExplained()
      throws SQLException {
    Map<String, String> described = described();
    Set<String> repeatable = new TreeSet<>(BuiltInFunctions.of(Volatility.REPEATABLE));
    repeatable.retainAll(described.keySet());
    repeatable.removeIf(name -> !STATE.matcher(described.get(name)).find());

    Set<String> explained = new TreeSet<>();
    EXPLAINED.values().forEach(names -> explained.addAll(Set.of(names.split(" "))));
    assertThat(explained).containsAll(repeatable);
  }
}
