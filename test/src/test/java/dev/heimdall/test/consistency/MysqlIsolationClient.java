package dev.heimdall.test.consistency;

import static dev.heimdall.test.fixture.RawMysqlClient.ofStatement;
import static dev.heimdall.test.fixture.RawMysqlClient.query;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** One client after the other, each doing random things and comparing what it sees with a model. */
final class MysqlIsolationClient extends JudgedClient {
  private static final List<String> MODES =
      List.of("", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES");
  private static final List<String> LOCALES = List.of("en_AU", "en_GB", "en_IN", "en_US");
  private static final List<String> ISOLATIONS = List.of("READ-COMMITTED", "REPEATABLE-READ");

  /** What may have any of many values, so that each client has its own. */
  private static final List<String> OF_ITS_OWN =
      List.of("group_concat_max_len", "net_write_timeout", "lock_wait_timeout", "time_zone");

  private final MysqlIsolation run;
  private RawMysqlClient client;
  private MysqlSessionModel model;
  private boolean pins;

  /** Rows that its sessions have left for good. */
  private int committed;

  MysqlIsolationClient(
      int number, MysqlIsolation run, Journal journal, long seed, BooleanSupplier goesOn) {
    super(number, journal, seed, goesOn);
    this.run = run;
  }

  @Override
  boolean inTransaction() {
    return model != null && model.inTransaction();
  }

  @Override
  void vanish() {
    try {
      if (client != null) {
        client.vanish();
      }
    } catch (IOException e) {
      note("cannot close: " + e);
    }
  }

  @Override
  void session() throws IOException, Disagreement {
    model = null;
    client = RawMysqlClient.logIn(run.target());
    journal.session();
    model = new MysqlSessionModel(run.fresh(), committed);
    // What keeps a server connection is rare: there are few.
    pins = random.nextInt(8) == 0;
    note("logged in");
    try {
      checkVariables();
      for (int steps = 3 + random.nextInt(40); steps > 0 && goesOn.getAsBoolean(); steps--) {
        journal.step();
        step();
      }
    } finally {
      committed = model.committed();
    }
    leave();
  }

  private void leave() throws IOException {
    switch (random.nextInt(5)) {
      case 0 -> client.send(RawMysqlClient.command(Command.QUIT));
      case 1 -> client.send(query("SELECT SLEEP(0.005)"));
      case 2 -> client.send(query("SET net_write_timeout = 7, time_zone = '+13:59'"));
      case 3 -> {
        byte[] half = query("SET time_zone = '" + "x".repeat(500) + "'");
        client.sendPart(half, 0, 5 + random.nextInt(400));
      }
      default -> {}
    }
    if (random.nextBoolean()) {
      vanish();
    } else {
      client.close();
    }
  }

  private void step() throws IOException, Disagreement {
    switch (random.nextInt(30)) {
      case 0, 1, 2, 3, 4, 5 -> change();
      case 6 -> setAndAskAtOnce();
      case 7 -> resetConnection();
      case 8, 9, 10 -> checkVariables();
      case 11, 12, 13, 14 -> transactionStep();
      case 15, 16, 17 -> insert();
      case 18, 19, 20 -> prepared();
      case 21 -> database();
      case 22, 23 -> warning();
      case 24 -> fail();
      case 25 -> foundRows();
      case 26 -> noForeignTable();
      case 27 -> noForeignLock();
      default -> keep();
    }
  }

  // ---- asking

  private MysqlAnswer ask(String sql) throws IOException {
    note(sql);
    client.send(query(sql));
    return answer(false);
  }

  private MysqlAnswer answer(boolean binary) throws IOException {
    MysqlAnswer answer = MysqlAnswer.read(client, binary);
    if (answer.error() != null) {
      note("  " + answer.error());
    }
    return answer;
  }

  private MysqlAnswer must(String sql) throws IOException, Disagreement {
    return succeeds(ask(sql), "error");
  }

  private MysqlAnswer succeeds(MysqlAnswer answer, String kind) throws Disagreement {
    if (answer.error() != null) {
      violated(kind, "unexpected " + answer.error());
    }
    return answer;
  }

  private void expect(String kind, String sql, String expected) throws IOException, Disagreement {
    MysqlAnswer answer = succeeds(ask(sql), kind);
    if (!String.valueOf(expected).equals(String.valueOf(answer.single()))) {
      violated(kind, "%s answers %s where %s was expected".formatted(sql, answer.rows(), expected));
    }
  }

  private void refused(MysqlAnswer answer, String kind, String error) throws Disagreement {
    if (answer.error() == null || !answer.error().startsWith(error)) {
      violated(kind, "expected " + error + " and got " + answer);
    }
  }

  // ---- variables

  private void change() throws IOException, Disagreement {
    switch (random.nextInt(9)) {
      case 0 -> {
        String value = random.nextInt(3) == 0 ? "0" : "1";
        must("SET autocommit = " + value);
        model.set("autocommit", value);
      }
      case 1 -> {
        String value = ISOLATIONS.get(random.nextInt(ISOLATIONS.size()));
        must("SET SESSION TRANSACTION ISOLATION LEVEL " + value.replace('-', ' '));
        model.set("transaction_isolation", value);
      }
      case 2 -> {
        String set = random.nextBoolean() ? "latin1" : "utf8mb4";
        must("SET NAMES " + set + " COLLATE " + set + "_bin");
        model.set("character_set_client", set);
        model.set("character_set_results", set);
        model.set("collation_connection", set + "_bin");
      }
      case 3 -> {
        String value = valueFor("net_write_timeout");
        must("CALL app.iso_sets(" + value + ")");
        model.set("net_write_timeout", value);
      }
      case 4 -> set("sql_mode", MODES.get(random.nextInt(MODES.size())));
      case 5 -> set("lc_time_names", LOCALES.get(random.nextInt(LOCALES.size())));
      case 6 -> set("div_precision_increment", String.valueOf(random.nextInt(20)));
      default -> {
        String variable = OF_ITS_OWN.get(random.nextInt(OF_ITS_OWN.size()));
        set(variable, valueFor(variable));
      }
    }
    if (random.nextBoolean()) {
      checkVariables();
    }
  }

  private void set(String variable, String value) throws IOException, Disagreement {
    String literal = value.matches("[0-9]+") ? value : "'" + value + "'";
    String scope =
        switch (random.nextInt(4)) {
          case 0 -> "SESSION ";
          case 1 -> "@@session.";
          case 2 -> "@@";
          default -> "";
        };
    must("SET " + scope + variable + " = " + literal);
    model.set(variable, value);
  }

  private String valueFor(String variable) {
    counter++;
    // Of offsets that are no whole hours MariaDB confuses some, because it compares their bytes as
    // letters of either case: it takes 06:11 for 08:27.
    return variable.equals("time_zone")
        ? "+%02d:00".formatted((number + counter) % 13)
        : String.valueOf(10_000 + 100 * number + counter % 100);
  }

  /** The questions must be answered by the same state. */
  private void setAndAskAtOnce() throws IOException, Disagreement {
    String one = valueFor("group_concat_max_len");
    String two = valueFor("group_concat_max_len");
    String asks = "SELECT @@group_concat_max_len";
    note("at once: SET group_concat_max_len = " + one + ", read, SET " + two + ", read");
    client.send(
        query("SET group_concat_max_len = " + one),
        query(asks),
        query("SET group_concat_max_len = " + two + "; " + asks));
    List<MysqlAnswer> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(answer(false));
    }
    if (!one.equals(answers.get(1).single()) || !two.equals(answers.get(2).single())) {
      violated("setting", "SET of " + one + " and " + two + " at once read as " + answers);
    }
    model.set("group_concat_max_len", two);
  }

  private void resetConnection() throws IOException, Disagreement {
    note("COM_RESET_CONNECTION");
    client.send(RawMysqlClient.command(Command.RESET_CONNECTION));
    succeeds(answer(false), "error");
    model.reset(run.reset());
    checkVariables();
    expect("id", "SELECT LAST_INSERT_ID()", "0");
  }

  private void checkVariables() throws IOException, Disagreement {
    List<String> row =
        succeeds(ask(MysqlIsolation.question() + ", DATABASE(), @@pseudo_thread_id"), "error")
            .rows()
            .get(0);
    backend = row.get(row.size() - 1);
    journal.onServer(backend, "client " + number + " saw " + row);
    for (int i = 0; i < MysqlIsolation.VARIABLES.size(); i++) {
      String variable = MysqlIsolation.VARIABLES.get(i);
      expectSetting(variable, row.get(i), model.value(variable));
    }
    expectSetting("database", row.get(row.size() - 2), model.database);
  }

  private void expectSetting(String name, String seen, String expected) throws Disagreement {
    if (!expected.equals(seen) && journal.counts("setting")) {
      violated("setting", "%s is \"%s\" where \"%s\" was expected".formatted(name, seen, expected));
    }
  }

  private void database() throws IOException, Disagreement {
    String next = random.nextBoolean() ? "app" : "information_schema";
    if (random.nextBoolean()) {
      must("USE " + next);
    } else {
      note("COM_INIT_DB " + next);
      client.send(RawMysqlClient.text(Command.INIT_DB, next));
      succeeds(answer(false), "error");
    }
    model.database = next;
    checkVariables();
  }

  // ---- transactions and rows

  private void transactionStep() throws IOException, Disagreement {
    switch (model.begun() ? random.nextInt(7) : random.nextInt(3)) {
      case 0 -> {
        must(random.nextBoolean() ? "BEGIN" : "START TRANSACTION");
        model.begin();
      }
      case 1 -> {
        must("COMMIT");
        model.commit();
      }
      case 2 -> {
        must("ROLLBACK");
        model.rollback();
      }
      case 3, 4 -> {
        must("SAVEPOINT s" + (model.savepoints() + 1));
        model.savepoint();
      }
      case 5 -> {
        if (model.savepoints() > 0) {
          must("ROLLBACK TO SAVEPOINT s" + model.savepoints());
          model.rollbackToSavepoint();
        }
      }
      default -> {
        if (model.savepoints() > 0) {
          must("RELEASE SAVEPOINT s" + model.savepoints());
          model.releaseSavepoint();
        }
      }
    }
    countRows();
  }

  private void countRows() throws IOException, Disagreement {
    expect(
        "rows",
        "SELECT count(*) FROM app.iso_rows WHERE client = " + number,
        String.valueOf(model.rows()));
  }

  private void insert() throws IOException, Disagreement {
    int rows = 1 + random.nextInt(3);
    String values = "(" + number + ")" + (", (" + number + ")").repeat(rows - 1);
    MysqlAnswer answer = must("INSERT INTO app.iso_rows (client) VALUES " + values);
    model.inserted(rows);
    model.lastId = answer.id();
    if (answer.changed() != rows) {
      violated("rows", answer.changed() + " rows inserted where it was to be " + rows);
    }
    switch (random.nextInt(4)) {
      case 0 -> expect("id", "SELECT ROW_COUNT()", String.valueOf(rows));
      case 1 -> countRows();
      default -> {}
    }
    expect("id", "SELECT LAST_INSERT_ID()", String.valueOf(model.lastId));
  }

  private void foundRows() throws IOException, Disagreement {
    int rows = 1 + random.nextInt(9);
    must("SELECT SQL_CALC_FOUND_ROWS n FROM app.iso_numbers WHERE n <= " + rows + " LIMIT 1");
    expect("id", "SELECT FOUND_ROWS()", String.valueOf(rows));
  }

  // ---- statements

  private void prepared() throws IOException, Disagreement {
    Map<Integer, String> known = model.prepared();
    if (known.isEmpty() || known.size() < 4 && random.nextInt(3) == 0) {
      String text = unique();
      int prepared = client.prepare("SELECT concat('" + text + " ', ?)");
      note("prepared " + prepared + " as " + text);
      known.put(prepared, text);
    }
    List<Integer> numbers = List.copyOf(known.keySet());
    int one = numbers.get(random.nextInt(numbers.size()));
    note("execute " + one);
    client.send(RawMysqlClient.execute(one, "x" + counter));
    MysqlAnswer answer = succeeds(answer(true), "prepared");
    String expected = known.get(one) + " x" + counter;
    if (!expected.equals(answer.single())) {
      violated("prepared", one + " answers " + answer.rows() + " for " + expected);
    }
    if (random.nextInt(4) == 0) {
      note("close " + one);
      client.send(ofStatement(Command.STMT_CLOSE, one));
      known.remove(one);
      client.send(RawMysqlClient.execute(one, "closed"));
      refused(answer(true), "prepared", "1243");
    }
  }

  private void warning() throws IOException, Disagreement {
    String text = unique();
    must("SELECT CAST('" + text + "' AS SIGNED) FROM app.iso_numbers WHERE n = 1");
    MysqlAnswer warnings = succeeds(ask("SHOW WARNINGS"), "warning");
    if (warnings.rows().size() != 1 || !warnings.rows().get(0).get(2).contains(text)) {
      violated("warning", warnings.rows() + " where a warning of " + text + " was expected");
    }
    must("SELECT n FROM app.iso_numbers WHERE n = 1");
    warnings = succeeds(ask("SHOW WARNINGS"), "warning");
    if (!warnings.rows().isEmpty()) {
      violated("warning", warnings.rows() + " behind what warns of nothing");
    }
  }

  private void fail() throws IOException, Disagreement {
    String name = unique();
    refused(ask("SELECT " + name + " FROM app.iso_numbers"), "error", "1054");
    MysqlAnswer errors = succeeds(ask("SHOW WARNINGS"), "warning");
    if (errors.rows().size() != 1 || !errors.rows().get(0).get(2).contains(name)) {
      violated("warning", errors.rows() + " where an error of " + name + " was expected");
    }
  }

  // ---- what keeps a server connection

  private void keep() throws IOException, Disagreement {
    if (!pins) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        if (model.own != null) {
          expect("setting", "SELECT @iso_own", model.own);
        }
        model.own = unique();
        must("SET @iso_own = '" + model.own + "'");
      }
      case 1 -> expect("setting", "SELECT @iso_own", model.own);
      case 2 -> table();
      default -> lock();
    }
  }

  private void table() throws IOException, Disagreement {
    if (model.inTransaction()) {
      return; // its rows would go with the transaction, and itself not
    }
    if (model.table == null) {
      String content = unique();
      must("CREATE TEMPORARY TABLE app.iso_table SELECT '" + content + "' AS who");
      model.table = content;
    } else if (random.nextInt(3) > 0) {
      expect("table", "SELECT who FROM app.iso_table", model.table);
    } else {
      must("DROP TEMPORARY TABLE app.iso_table");
      model.table = null;
    }
  }

  private void noForeignTable() throws IOException, Disagreement {
    if (model.table != null) {
      expect("table", "SELECT who FROM app.iso_table", model.table);
    } else {
      refused(ask("SELECT who FROM app.iso_table"), "table", "1146");
    }
  }

  private void lock() throws IOException, Disagreement {
    if (model.locked) {
      expect("lock", "SELECT RELEASE_LOCK('iso_" + number + "')", "1");
      model.locked = false;
      return;
    }
    // A session of this client that vanished may not have been cleaned up yet.
    model.locked = "1".equals(must("SELECT GET_LOCK('iso_" + number + "', 0)").single());
  }

  private void noForeignLock() throws IOException, Disagreement {
    if (pins) {
      expect("lock", "SELECT RELEASE_ALL_LOCKS()", model.locked ? "1" : "0");
      model.locked = false;
    }
  }
}
