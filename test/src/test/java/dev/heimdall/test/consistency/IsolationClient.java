package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** One client after the other, each doing random things and comparing what it sees with a model. */
final class IsolationClient extends AskingClient {
  private static final List<String> ZONES =
      List.of("Asia/Tokyo", "Europe/Warsaw", "America/New_York", "Africa/Cairo", "UTC");
  private static final List<String> SETTINGS =
      List.of(
          "application_name",
          "search_path",
          "TimeZone",
          "work_mem",
          "statement_timeout",
          "iso.value",
          "role");

  private final SequenceSteps sequences = new SequenceSteps(this);
  private final AlikeSteps alike;
  private final Target target;
  private final Map<String, String> defaults;

  /**
   * @param renderings what rows look like under settings, for a client that has much in common with
   *     others; null for one that has all for itself
   */
  IsolationClient(
      int number,
      Target target,
      Map<String, String> defaults,
      Renderings renderings,
      Journal journal,
      long seed,
      BooleanSupplier goesOn) {
    super(number, journal, seed, goesOn);
    this.target = target;
    this.defaults = defaults;
    this.alike = renderings == null ? null : new AlikeSteps(this, renderings);
  }

  @Override
  void session() throws IOException, Disagreement {
    Map<String, String> startup = new HashMap<>(defaults);
    String name = alike == null ? unique() : "alike";
    startup.put("application_name", name);
    List<String> parameters = new ArrayList<>(List.of("application_name", name));
    if (alike != null && random.nextInt(3) == 0) {
      parameters.addAll(List.of("TimeZone", "Europe/Warsaw"));
      startup.put("TimeZone", "Europe/Warsaw");
    }
    if (alike == null && random.nextInt(3) == 0) {
      String value = unique();
      parameters.addAll(List.of("options", "-c iso.value=" + value));
      startup.put("iso.value", value);
    }
    model = null;
    client = RawClient.logIn(target, parameters.toArray(String[]::new));
    journal.session();
    model = new SessionModel(startup);
    note("logged in as " + parameters);
    checkSettings();
    for (int steps = 3 + random.nextInt(40); steps > 0 && goesOn.getAsBoolean(); steps--) {
      journal.step();
      step();
    }
    leave();
  }

  private void leave() throws IOException {
    switch (random.nextInt(5)) {
      case 0 -> client.send(Frontend.terminate());
      case 1 -> client.send(Frontend.query("SELECT pg_sleep(0.005)"));
      case 2 ->
          client.send(
              Frontend.parse("", "SET iso.value = 'left behind'"),
              Frontend.bind("", ""),
              Frontend.execute("", 0));
      case 3 -> {
        byte[] half = Frontend.query("SET iso.value = '" + "x".repeat(500) + "'");
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

  // ---- steps

  private void step() throws IOException, Disagreement {
    if (model.failed()) {
      inFailedTransaction();
      return;
    }
    if (alike != null) {
      alikeStep();
      return;
    }
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3 -> changeSetting();
      case 4 -> pipelinedSetting();
      case 5 -> reset();
      case 6, 7, 8 -> checkSettings();
      case 9, 10, 11 -> transactionStep();
      case 12, 13 -> prepare();
      case 14, 15 -> executePrepared();
      case 16 -> unnamed();
      case 17 -> table();
      case 18 -> lock();
      case 19, 20 -> sequences.step();
      case 21 -> fail();
      case 22 -> noForeignTable();
      default -> noForeignLock();
    }
  }

  /** Mostly what may share a server connection; what does not is soon over. */
  private void alikeStep() throws IOException, Disagreement {
    if (model.locked() && random.nextInt(3) == 0) {
      lock();
      return;
    }
    if (model.inTransaction() && random.nextBoolean()) {
      transactionStep();
      return;
    }
    switch (random.nextInt(50)) {
      case 0, 1, 2, 3, 4, 5 -> alike.change();
      case 6 -> checkSettings();
      case 7 -> transactionStep();
      case 8, 9 -> prepare();
      case 10, 11, 12 -> executePrepared();
      case 13, 14 -> unnamed();
      case 15 -> lock();
      case 16 -> fail();
      case 17 -> noForeignTable();
      case 18 -> noForeignLock();
      default -> alike.read();
    }
  }

  private void inFailedTransaction() throws IOException, Disagreement {
    switch (random.nextInt(4)) {
      case 0 -> {
        Answer answer = ask("SELECT 'not now'");
        expectError(answer, "25P02");
      }
      case 1 -> {
        if (model.savepoints() > 0) {
          must("ROLLBACK TO s" + model.savepoints());
          model.rollbackToSavepoint();
          checkSettings();
        }
      }
      case 2 -> {
        must("COMMIT");
        model.commit();
        checkSettings();
      }
      default -> {
        must("ROLLBACK");
        model.rollback();
        checkSettings();
      }
    }
  }

  private void transactionStep() throws IOException, Disagreement {
    if (!model.inTransaction()) {
      must("BEGIN");
      model.begin();
      return;
    }
    switch (random.nextInt(6)) {
      case 0 -> {
        must("SAVEPOINT s" + (model.savepoints() + 1));
        model.savepoint();
      }
      case 1 -> {
        if (model.savepoints() > 0) {
          must("ROLLBACK TO SAVEPOINT s" + model.savepoints());
          model.rollbackToSavepoint();
        }
      }
      case 2 -> {
        if (model.savepoints() > 0) {
          must("RELEASE SAVEPOINT s" + model.savepoints());
          model.releaseSavepoint();
        }
      }
      case 3 -> {
        must("ROLLBACK");
        model.rollback();
      }
      default -> {
        must("COMMIT");
        model.commit();
      }
    }
    checkSettings();
  }

  private void changeSetting() throws IOException, Disagreement {
    String setting = SETTINGS.get(random.nextInt(SETTINGS.size()));
    String value = valueFor(setting);
    boolean local = model.inTransaction() && random.nextInt(3) == 0;
    must(statementFor(setting, value, local));
    if (local) {
      model.setLocal(setting, value);
    } else {
      model.set(setting, value);
    }
    if (random.nextBoolean()) {
      checkSettings();
    }
  }

  private String statementFor(String setting, String value, boolean local) {
    if (random.nextInt(3) == 0) {
      return "SELECT set_config('%s', %s, %s)".formatted(setting, quoted(value), local);
    }
    String scope = local ? "SET LOCAL " : random.nextBoolean() ? "SET SESSION " : "SET ";
    return switch (setting) {
      case "role" -> scope + "ROLE " + value;
      case "TimeZone" -> scope + "TIME ZONE " + quoted(value);
      default -> scope + setting + (random.nextBoolean() ? " = " : " TO ") + quoted(value);
    };
  }

  private String valueFor(String setting) {
    counter++;
    return switch (setting) {
      case "TimeZone" -> ZONES.get(random.nextInt(ZONES.size()));
      case "role" -> random.nextInt(3) == 0 ? "none" : "iso_" + random.nextInt(3);
      case "work_mem" -> (65 + 2 * number + 1000 * (counter % 50)) / 2 * 2 + 1 + "kB";
      case "statement_timeout" -> 600_001 + 10 * (number * 100 + counter % 100) + "ms";
      case "search_path" -> unique();
      case "iso.value" -> unique() + (random.nextInt(4) == 0 ? " it's a \\ " : "");
      default -> unique();
    };
  }

  /** Set and asked for in one write: the question must be answered by the same state. */
  private void pipelinedSetting() throws IOException, Disagreement {
    String one = unique();
    String two = unique();
    client.send(
        Frontend.query("SET iso.value = '" + one + "'"),
        Frontend.query("SELECT current_setting('iso.value')"),
        Frontend.query("SET iso.value = '" + two + "'"),
        Frontend.statement("SELECT current_setting('iso.value')"),
        Frontend.sync());
    model.unnamed(null);
    note("pipeline of SET iso.value = " + one + ", read, SET " + two + ", read");
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(answer());
    }
    if (!one.equals(answers.get(1).single()) || !two.equals(answers.get(3).single())) {
      violated("setting", "pipelined SET of " + one + " and " + two + " read as " + answers);
    }
    model.set("iso.value", two);
  }

  private void reset() throws IOException, Disagreement {
    switch (random.nextInt(6)) {
      case 0 -> {
        if (!model.inTransaction()) {
          must(false, "DISCARD ALL");
          model.discardAll();
        }
      }
      case 1 -> {
        must("RESET ALL");
        model.resetAll();
      }
      case 2 -> {
        must("RESET ROLE");
        model.reset("role");
      }
      default -> {
        String setting = SETTINGS.get(random.nextInt(SETTINGS.size() - 1));
        must("RESET " + setting);
        model.reset(setting);
      }
    }
    checkSettings();
  }

  private void checkSettings() throws IOException, Disagreement {
    StringBuilder sql = new StringBuilder("SELECT pg_backend_pid()");
    SETTINGS.forEach(s -> sql.append(", current_setting('").append(s).append("', true)"));
    Answer answer = ask(sql.toString());
    if (answer.error() != null) {
      violated("error", "reading the settings fails with " + answer.error());
    }
    List<String> row = answer.rows().get(0);
    backend = row.get(0);
    journal.onServer(backend, "client " + number + " saw " + row.subList(1, row.size()));
    for (int i = 0; i < SETTINGS.size(); i++) {
      String setting = SETTINGS.get(i);
      // A setting of one's own that was set and reset before is empty rather than unknown.
      String seen = row.get(i + 1) == null ? "" : row.get(i + 1);
      if (!seen.equals(model.value(setting)) && journal.counts("setting")) {
        violated(
            "setting",
            "%s is \"%s\" where \"%s\" was expected"
                .formatted(setting, seen, model.value(setting)));
      }
    }
  }

  private void prepare() throws IOException, Disagreement {
    String name = "p" + random.nextInt(3);
    String text = unique();
    boolean exists = model.prepared().containsKey(name);
    Answer answer;
    if (alike != null || random.nextBoolean()) {
      note("Parse " + name + " as SELECT '" + text + "'");
      client.send(Frontend.parse(name, "SELECT '" + text + "'::text"), Frontend.sync());
      answer = answer();
    } else {
      answer = ask(false, "PREPARE " + name + " AS SELECT '" + text + "'::text");
    }
    if (exists) {
      expectError(answer, "42P05");
      if (!model.inTransaction() && random.nextBoolean()) {
        must(false, "DEALLOCATE " + name);
        model.prepared().remove(name);
      }
    } else {
      expectSuccess(answer, "prepared");
      model.prepared().put(name, text);
    }
  }

  private void executePrepared() throws IOException, Disagreement {
    String name = "p" + random.nextInt(3);
    String expected = model.prepared().get(name);
    Answer answer;
    if (random.nextBoolean()) {
      note("Bind and Execute " + name);
      client.send(Frontend.bind("", name), Frontend.execute("", 0), Frontend.sync());
      answer = answer();
    } else {
      answer = ask(false, "EXECUTE " + name);
    }
    if (expected == null) {
      if (answer.error() == null) {
        violated("prepared", name + " does not exist and answers " + answer.rows());
      }
      expectError(answer, "26000");
    } else {
      expectSuccess(answer, "prepared");
      if (!expected.equals(answer.single())) {
        violated("prepared", name + " answers " + answer + " for " + expected);
      }
    }
  }

  private void unnamed() throws IOException, Disagreement {
    if (model.unnamed() == null || random.nextBoolean()) {
      String text = unique();
      note("Parse unnamed as " + text);
      client.send(Frontend.parse("", "SELECT '" + text + "'::text"), Frontend.sync());
      expectSuccess(answer(), "prepared");
      model.unnamed(text);
    }
    note("Bind and Execute unnamed");
    client.send(Frontend.bind("", ""), Frontend.execute("", 0), Frontend.sync());
    Answer answer = answer();
    expectSuccess(answer, "prepared");
    if (!model.unnamed().equals(answer.single())) {
      violated("prepared", "unnamed answers " + answer.rows() + " for " + model.unnamed());
    }
  }

  private void table() throws IOException, Disagreement {
    if (!"none".equals(model.value("role"))) {
      return; // only the owner may
    }
    if (model.table() == null) {
      if (random.nextInt(3) > 0) {
        return; // a rare thing: it keeps a server connection
      }
      String content = unique();
      must("CREATE TEMP TABLE iso_table AS SELECT '" + content + "'::text AS who");
      model.table(content);
    } else if (random.nextInt(3) > 0) {
      Answer answer = ask("SELECT who FROM iso_table");
      expectSuccess(answer, "table");
      if (!model.table().equals(answer.single())) {
        violated("table", "iso_table has " + answer.rows() + " for " + model.table());
      }
    } else {
      must("DROP TABLE iso_table");
      model.table(null);
    }
  }

  private void noForeignTable() throws IOException, Disagreement {
    Answer answer =
        ask(
            "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'iso_table'"
                + " AND pg_catalog.pg_table_is_visible(oid)");
    expectSuccess(answer, "table");
    String expected = model.table() == null ? "0" : "1";
    if (!expected.equals(answer.single())) {
      violated("table", answer.single() + " temporary tables where " + expected + " was expected");
    }
  }

  private void lock() throws IOException, Disagreement {
    if (!model.locked()) {
      if (random.nextInt(3) > 0) {
        return;
      }
      Answer answer = ask("SELECT pg_try_advisory_lock(" + (900_000 + number) + ")");
      expectSuccess(answer, "lock");
      if (!"t".equals(answer.single())) {
        // A session of this client that vanished may not have been cleaned up yet.
        return;
      }
      model.locked(true);
    } else {
      must("SELECT pg_advisory_unlock_all()");
      model.locked(false);
    }
    noForeignLock();
  }

  private void noForeignLock() throws IOException, Disagreement {
    Answer answer =
        ask(
            "SELECT coalesce(string_agg(objid::text, ','), '') FROM pg_catalog.pg_locks"
                + " WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
    expectSuccess(answer, "lock");
    String expected = model.locked() ? String.valueOf(900_000 + number) : "";
    if (!expected.equals(answer.single())) {
      violated("lock", "locks [" + answer.single() + "] where [" + expected + "] was expected");
    }
  }

  private void fail() throws IOException, Disagreement {
    Answer answer = ask("SELECT 1/(SELECT 0)");
    expectError(answer, "22012");
  }

  private static String quoted(String value) {
    return value.indexOf('\\') < 0
        ? "'" + value.replace("'", "''") + "'"
        : "E'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
