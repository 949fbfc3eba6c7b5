package dev.heimdall.test.sql.mysql;

import dev.heimdall.engine.dialect.mysql.sql.MysqlClassifier;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Runs statements on a server and compares what it reports with what the classifier has claimed.
 * Each statement stands in a transaction that has written, so that one that commits shows.
 */
final class Claims implements AutoCloseable {
  /** Change by themselves, or with what is reported besides. */
  private static final Set<String> FOLLOWING =
      Set.of(
          "character_set_database",
          "collation_database",
          "last_insert_id",
          "identity",
          "statement_id",
          "warning_count",
          "error_count",
          "last_gtid",
          "in_transaction",
          "gtid_binlog_pos",
          "gtid_binlog_state",
          "gtid_current_pos",
          "gtid_executed",
          "gtid_owned",
          "gtid_purged",
          "rand_seed1",
          "rand_seed2",
          "timestamp",
          "insert_id",
          "skip_replication",
          // Of the replication that default_master_connection names.
          "max_relay_log_size",
          "slave_parallel_mode",
          "sql_slave_skip_counter",
          "pseudo_thread_id");

  /** The node asks for them, whatever was reported. */
  private static final Set<String> DOUBTED =
      Set.of("lock_wait_timeout", "innodb_lock_wait_timeout");

  /** Fewer variables than this are not all. */
  private static final int MOST_SERVERS_HAVE = 300;

  /** Variables that are one. */
  private static final Map<String, List<String>> ALIASES = aliases();

  private static Map<String, List<String>> aliases() {
    Map<String, List<String>> aliases = new HashMap<>();
    for (List<String> names :
        List.of(
            List.of("tx_isolation", "transaction_isolation"),
            List.of("tx_read_only", "transaction_read_only"),
            List.of("storage_engine", "default_storage_engine"),
            List.of("tmp_table_size", "tmp_memory_table_size"),
            List.of("long_query_time", "log_slow_query_time"),
            List.of("slow_query_log", "log_slow_query"),
            List.of("max_delayed_threads", "max_insert_delayed_threads"),
            List.of("min_examined_row_limit", "log_slow_min_examined_row_limit"))) {
      names.forEach(name -> aliases.put(name, names));
    }
    return aliases;
  }

  private final MysqlClassifier classifier = new MysqlClassifier();
  private final int port;
  private final String user;
  private final String probe;
  private Map<String, String> variables;
  private boolean temporary;
  private String current;
  private TrackedConnection connection;
  private String database;

  /** Statements that did what was claimed, or less. */
  int judged;

  /** Statements that the server has refused. */
  int refused;

  /** Statements of which more was claimed than was true. */
  int conservative;

  /** Variables that were claimed to be set, of which the server has not said so. */
  final List<String> unreported = new ArrayList<>();

  /** What was claimed of a statement and is not true. */
  final List<String> wrong = new ArrayList<>();

  /**
   * @param probe a table with a transactional engine and an INT column, in full
   */
  Claims(int port, String user, String probe) throws IOException {
    this.port = port;
    this.user = user;
    this.probe = probe;
    connect();
  }

  private void connect() throws IOException {
    if (connection != null) {
      connection.close();
    }
    connection = new TrackedConnection(port, user);
    temporary = false;
    if (database != null) {
      connection.query("USE `" + database + "`");
    }
    current = database == null ? "" : database;
    variables = connection.variables();
  }

  /** Statements run in this database from now on, with what an earlier one has left gone. */
  void begin(String database) throws IOException {
    this.database = null;
    connect();
    connection.query("DROP DATABASE IF EXISTS `" + database + "`");
    connection.query("CREATE DATABASE `" + database + "`");
    this.database = database;
    connection.query("USE `" + database + "`");
    current = database;
    variables = connection.variables();
  }

  /** Runs one statement, and judges what was claimed. */
  void judge(String sql) throws IOException {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts = classifier.classify(text, 0, text.length, mode());
    TrackedConnection.Answer answer;
    boolean probing = false;
    try {
      probing =
          connection.query("BEGIN").error() == 0
              && connection.query("INSERT INTO " + probe + " VALUES (1)").error() == 0;
      answer = connection.query(text);
    } catch (IOException e) {
      refused++;
      System.out.println(e);
      connect(); // it took too long, or has ended the connection
      return;
    }
    if (answer.error() != 0) {
      refused++;
      // What it may have done all the same is gone with the connection.
      if (!facts.effects().isEmpty()) {
        connect();
      } else {
        tidy();
      }
      return;
    }
    judged++;
    List<String> missed = missed(facts, answer, probing);
    missed.forEach(what -> wrong.add(what + " <- " + sql.strip() + "  [" + said(facts) + "]"));
    if (missed.isEmpty() && claimedMore(facts, answer)) {
      conservative++;
    }
    temporary |= pins(facts);
    current = answer.database() == null ? current : answer.database();
    answer
        .variables()
        .forEach(
            (name, value) -> {
              if (!DOUBTED.contains(name)) {
                ALIASES
                    .getOrDefault(name, List.of(name))
                    .forEach(alias -> variables.put(alias, value));
              }
            });
    if (tidy() && !pins(facts) && !unseen(facts)) {
      (changes(facts) && triggersLock() ? unreported : wrong)
          .add("lock <- " + sql.strip() + "  [" + said(facts) + "]");
    }
    if (readsAlone(facts) && missed.isEmpty() && writes(text)) {
      wrong.add("write by itself <- " + sql.strip() + "  [" + said(facts) + "]");
    }
    if (mayChangeVariables(facts, sql)) {
      Map<String, String> now = connection.variables();
      if (now.size() < MOST_SERVERS_HAVE) { // max_join_size or sql_select_limit, perhaps
        connect();
        return;
      }
      for (Map.Entry<String, String> variable : now.entrySet()) {
        String name = variable.getKey();
        String known = variables.get(name);
        if (!FOLLOWING.contains(name)
            && !variable.getValue().equals(known)
            && !pins(facts)
            && !(connection.mariadb() && unseen(facts)) // these keep their connection there
            && facts.kind() != StatementKind.UTILITY
            && !name.startsWith("session_track")) {
          (sets(facts, name) ? unreported : wrong)
              .add(
                  "unreported "
                      + name
                      + " "
                      + known
                      + " is "
                      + variable.getValue()
                      + " <- "
                      + sql.strip());
        }
      }
      variables = now;
    }
  }

  private static String said(StatementFacts facts) {
    StringBuilder said = new StringBuilder(facts.kind().toString());
    for (Effect effect : facts.effects()) {
      said.append(", ")
          .append(effect.is(MysqlEffect.CALLS_UNSEEN) ? effect.detail() : effect.type());
      said.append(' ').append(effect.name());
    }
    return said.toString();
  }

  private static boolean mayChangeVariables(StatementFacts facts, String sql) {
    return switch (facts.kind()) {
      case SET, UTILITY, CALL, BLOCK, UNKNOWN, SESSION, MULTI -> true;
      default -> sql.regionMatches(true, 0, "set", 0, 3);
    };
  }

  /** Ends what the statement has begun, and says whether it has left a named lock. */
  private boolean tidy() throws IOException {
    try {
      if (connection.query("ROLLBACK").error() == 0) {
        String locks = connection.pairs("SELECT 'locks', RELEASE_ALL_LOCKS()").get("locks");
        if (locks != null) {
          return !locks.equals("0");
        }
      }
      connect();
    } catch (IOException e) {
      connect();
    }
    return false;
  }

  private static boolean changes(StatementFacts facts) {
    return switch (facts.kind()) {
      case DML, BULK, MULTI -> true;
      default -> false;
    };
  }

  /** Whether some trigger takes a named lock, which is not in the statement's text to be seen. */
  private boolean triggersLock() throws IOException {
    String count =
        connection
            .pairs(
                "SELECT 'locking', count(*) FROM information_schema.triggers"
                    + " WHERE LOWER(action_statement) LIKE '%get_lock%'")
            .get("locking");
    return count != null && !count.equals("0");
  }

  /** Runs a statement again outside of a transaction, and says whether it has written anything. */
  private boolean writes(byte[] text) throws IOException {
    try {
      TrackedConnection.Answer again = connection.query(text);
      TrackedConnection.Answer end = connection.query("COMMIT");
      return again.error() == 0 && (again.gtid() != null || end.gtid() != null);
    } catch (IOException e) {
      connect();
      return false;
    }
  }

  private static boolean readsAlone(StatementFacts facts) {
    return (reads(facts.kind()) || facts.kind() == StatementKind.EXPLAIN)
        && !pins(facts)
        && !unseen(facts);
  }

  /** Whether what it does is known to the server alone. */
  private static boolean unseen(StatementFacts facts) {
    return pins(facts) && facts.kind() == StatementKind.UNKNOWN
        || facts.kind() == StatementKind.BLOCK
        || facts.kind() == StatementKind.CALL
        || has(facts, MysqlEffect.CALLS_UNSEEN);
  }

  private LexerMode mode() {
    String modes = variables.getOrDefault("sql_mode", "").toUpperCase(Locale.ROOT);
    Set<String> all = Set.copyOf(new HashSet<>(Arrays.asList(modes.split(","))));
    String charset = variables.getOrDefault("character_set_client", "utf8mb4");
    return new LexerMode(
        !all.contains("NO_BACKSLASH_ESCAPES"),
        all.contains("ANSI_QUOTES"),
        Set.of("big5", "cp932", "gbk", "sjis", "gb18030").contains(charset));
  }

  private List<String> missed(
      StatementFacts facts, TrackedConnection.Answer answer, boolean probing) {
    List<String> missed = new ArrayList<>();
    boolean unknown =
        pins(facts) && facts.kind() == StatementKind.UNKNOWN || facts.kind() == StatementKind.BLOCK;
    boolean unseen = unseen(facts);
    for (Map.Entry<String, String> variable : answer.variables().entrySet()) {
      String name = SystemVariables.nameOf(variable.getKey());
      boolean same = variable.getValue().equals(variables.get(name));
      if (!FOLLOWING.contains(name)
          && !same
          && !unseen
          && !pins(facts)
          && !DOUBTED.contains(name)
          && !(name.startsWith("session_track_") && has(facts, MysqlEffect.SETS_TRACKING))
          && !sets(facts, name)
          && !transactionsOf(facts, name)) {
        missed.add("variable " + name);
      }
    }
    if (answer.database() != null
        && !unseen
        && !answer.database().equals(current)
        && !has(facts, MysqlEffect.USES_DATABASE)
        && !(answer.database().isEmpty() && facts.kind() == StatementKind.DDL)) {
      missed.add("database");
    }
    if (answer.changed()
        && answer.variables().isEmpty()
        && answer.database() == null
        && !unseen
        && !pins(facts)
        && facts.kind() != StatementKind.DML
        && facts.kind() != StatementKind.BULK
        && !(temporary
            && switch (facts.kind()) {
              case DDL, UTILITY, MULTI -> true;
              default -> false;
            })
        && !temporary(facts)) {
      missed.add("state");
    }
    boolean ends =
        unknown
            || facts.commitsImplicitly()
            || facts.transactionControlInside()
            || facts.kind() == StatementKind.COMMIT
            || facts.kind() == StatementKind.ROLLBACK
            || facts.kind() == StatementKind.BEGIN
            || facts.kind() == StatementKind.CALL;
    if (probing && !answer.inTransaction() && !ends) {
      missed.add("commit");
    }
    if (answer.gtid() != null && reads(facts.kind()) && !probing) {
      missed.add("write");
    }
    if (facts.kind() == StatementKind.SELECT && !answer.rows() && !pins(facts)) {
      missed.add("rows");
    }
    return missed;
  }

  /** The name is the server's to choose. */
  private static boolean transactionsOf(StatementFacts facts, String name) {
    return facts.kind() == StatementKind.SET
        && (name.endsWith("_isolation") || name.endsWith("_read_only"));
  }

  private static boolean reads(StatementKind kind) {
    return kind == StatementKind.SELECT || kind == StatementKind.SHOW;
  }

  private static boolean temporary(StatementFacts facts) {
    return facts.kind() == StatementKind.SESSION || facts.kind() == StatementKind.SET;
  }

  private static boolean claimedMore(StatementFacts facts, TrackedConnection.Answer answer) {
    return facts.commitsImplicitly() && answer.inTransaction() || pins(facts) && !answer.changed();
  }

  private static boolean pins(StatementFacts facts) {
    return facts.has(Effect.Type.PIN);
  }

  private static boolean sets(StatementFacts facts, String name) {
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.SET_VARIABLE
          && ALIASES.getOrDefault(name, List.of(name)).contains(effect.name())) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(StatementFacts facts, MysqlEffect own) {
    return facts.effects().stream().anyMatch(effect -> effect.is(own));
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
