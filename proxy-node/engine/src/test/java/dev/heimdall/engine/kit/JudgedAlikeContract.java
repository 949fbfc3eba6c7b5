package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every spelling of a statement is judged alike, wherever its session stands: what its client is
 * told, what servers carry out and what is written down is the same as of the statement's text.
 * Where it cannot be, a dialect says so, and why.
 */
public abstract class JudgedAlikeContract extends KitContract {
  private static final String WORD = "secret";

  /** Stands in the place of it where a rule wants that. */
  private static final String OTHER = "public";

  /** What is read besides it by spellings that need something. */
  static final String BESIDE = "beside";

  /** Stands behind it in spellings that take a value. */
  static final String PARAMETER = "LIMIT ?";

  private static final List<String> REJECTED = List.of("error", "later", "error", "later");

  /** What wants connections to be kept. */
  private static final Set<String> KEEPING = Set.of("multiplex", "pool");

  private final Optional<KitTable> table;
  private final List<Spelling> spellings;
  private final List<Standing> standings;

  protected JudgedAlikeContract(KitDialect dialect) {
    super(dialect);
    this.table = dialect.table();
    this.spellings =
        Stream.concat(
                Stream.of(Spelling.PREPARED_BEFORE, Spelling.PREPARED_UNRULED, Spelling.PREPARED),
                dialect.spellings().stream())
            .toList();
    this.standings =
        Stream.concat(
                Stream.of(
                    Standing.of("idle"),
                    Standing.of("begun", "BEGIN"),
                    Standing.of("open", "BEGIN", words.reading("before")),
                    Standing.of("written", "BEGIN", words.write()),
                    new Standing("delayed", "\"delayedTransaction\": true", List.of("BEGIN")),
                    new Standing(
                        "session mode", "\"multiplex\": false", List.of(words.reading("before"))),
                    Standing.of("pinned", words.pin())),
                dialect.standings().stream())
            .toList();
  }

  /**
   * Why a spelling is treated otherwise than the text, where the session stands there.
   *
   * @param treatment what rules want
   * @return null where it must not be
   */
  protected String differs(String treatment, String standing, String spelling) {
    return null;
  }

  /** True if rules have no other text for a statement that was prepared before them. */
  protected boolean keepsPreparedText() {
    return true;
  }

  // ---- what rules want

  /** What else goes on where a statement is run. */
  private enum Amid {
    NOTHING,
    /** A replica may answer. */
    REPLICATION,
    /** Servers fail it each time that it comes for the first time. */
    FAILURE,
    /** Servers carry it out, and do not answer for a while. */
    SLOW_SERVERS,
    /** The same, and another client has begun to run it. */
    ANOTHER_RUN;

    boolean slow() {
      return this == SLOW_SERVERS || this == ANOTHER_RUN;
    }
  }

  /** Statements and what rules want of them. */
  private record Treatment(
      String name, String sql, String word, KitSettings settings, String rules, Amid amid) {
    Treatment(String name, String sql, String word, KitSettings settings, String rules) {
      this(name, sql, word, settings, rules, Amid.NOTHING);
    }

    Treatment amid(Amid other) {
      return new Treatment(name, sql, word, settings, rules, other);
    }
  }

  private Treatment reading(String name, String action, String parameters) {
    return new Treatment(
        name,
        words.reading(WORD),
        WORD,
        KitSettings.of("\"pool\": {\"size\": 2}"),
        rule(WORD, action, parameters));
  }

  private static String rule(String match, String action, String parameters) {
    return """
    {"match": "%s", "inTransaction": true, "action": "%s", "parameters": {%s}}
    """
        .formatted(match, action, parameters);
  }

  @Test
  void whatIsRejected() {
    alike(reading("drop", "drop", ""));
  }

  @Test
  void whatIsGivenAResult() {
    alike(reading("result", "result", "\"value\": 3"));
  }

  /** The same of another statement, in which a word is that rules match. */
  protected final void isGivenAResult(String statement) {
    Treatment plain = reading("result", "result", "\"value\": 3");
    alike(
        new Treatment(
            "result of no server's",
            statement.formatted(WORD),
            WORD,
            plain.settings(),
            plain.rules()));
  }

  /** Where servers can be made to fail a statement. */
  protected final void isRepeated() {
    Treatment retry =
        reading("retry", "retry", "\"exception\": \"40001\", \"maxRetries\": 2, \"retryDelay\": 1")
            .amid(Amid.FAILURE);
    assertThat(seen(retry, Standing.of("idle"), Spelling.TEXT)).contains("row " + WORD);
    alike(retry);
  }

  /**
   * A call of a routine, of which nobody knows what it does, is judged alike, too.
   *
   * @param statement in which a word stands for {@code %s} that rules match
   */
  protected final void isCalled(String statement) {
    String sql = statement.formatted(WORD);
    for (Treatment plain :
        List.of(
            reading("drop", "drop", ""),
            reading("result", "result", "\"value\": 3"),
            reading("transform", "transform", "\"target\": \"" + OTHER + "\""),
            reading("async-execute of a call", "async-execute", "\"holdUntil\": \"immediate\""),
            triggering("before"))) {
      alike(
          new Treatment(
              plain.name(), sql, plain.word(), plain.settings(), plain.rules(), plain.amid()));
    }
  }

  @Test
  void whatIsTransformed() {
    alike(reading("transform", "transform", "\"target\": \"" + OTHER + "\""));
  }

  @Test
  void whatIsDelayed() {
    alike(reading("delay", "tag", "\"delay\": 500000"));
  }

  @Test
  void whatHasARate() {
    alike(reading("ratelimit", "tag", "\"ratelimit\": 1, \"maxburst\": 1"));
  }

  @Test
  void whatGoesToAnotherDataSource() {
    String other = '"' + KitSettings.OTHER + '"';
    alike(
        new Treatment(
            "forward",
            words.reading(WORD),
            WORD,
            KitSettings.of("\"pool\": {\"size\": 2}, \"ruleSources\": [" + other + "]"),
            """
            {"match": "%s", "action": "forward", "parameters": {"source": %s}}
            """
                .formatted(WORD, other)));
  }

  @Test
  void whatAReplicaMayAnswer() {
    table.ifPresent(
        known -> {
          Treatment read =
              new Treatment(
                  "reader-eligible",
                  known.last(),
                  "last",
                  KitSettings.of("\"pool\": {\"size\": 2}").withCatalogue(known.catalogue()),
                  rule("last", "reader-eligible", ""),
                  Amid.REPLICATION);
          assertThat(seen(read, Standing.of("idle"), Spelling.TEXT))
              .anyMatch(word -> word.contains("by a replica: "));
          alike(read);
        });
  }

  @Test
  void whatMayTakeSoLong() {
    alike(reading("queryTimeout", "tag", "\"queryTimeout\": 1000").amid(Amid.SLOW_SERVERS));
  }

  @Test
  void whatRunsOneAtATime() {
    alike(reading("concurrency", "tag", "\"concurrency\": 1").amid(Amid.ANOTHER_RUN));
  }

  @Test
  void whatHasSomethingRunBefore() {
    alike(triggering("before"));
  }

  @Test
  void whatHasSomethingRunBeside() {
    alike(triggering("parallel"));
  }

  @Test
  void whatHasSomethingRunAfter() {
    alike(triggering("after"));
  }

  private Treatment triggering(String timing) {
    return reading(
        "trigger " + timing,
        "trigger",
        "\"command\": \"SELECT 1\", \"timing\": \"" + timing + "\"");
  }

  @Test
  void whatIsLearnt() {
    Treatment plain = reading("learn", "learn-pattern", "\"rule\": \"all\"");
    alike(
        new Treatment(
            plain.name(),
            plain.sql(),
            plain.word(),
            plain.settings(),
            plain.rules() + ", " + rule(WORD, "drop", "")));
  }

  @Test
  void whatIsWrittenDown() {
    alike(reading("printmatch", "tag", "\"printmatch\": true, \"printtables\": true"));
  }

  @Test
  void whatIsDebugged() {
    alike(reading("debug", "debug", "\"enabled\": true"));
  }

  @Test
  void whoseResultIsWrittenDown() {
    alike(reading("printresults", "tag", "\"printresults\": true, \"printmeta\": true"));
  }

  @Test
  void whatKeepsItsConnection() {
    alike(reading("multiplex", "multiplex", "\"disable\": \"word\""));
  }

  @Test
  void whatChangesThePool() {
    alike(reading("pool", "pool", "\"multiplex\": false"));
  }

  @Test
  void whatIsAllowedAmongWhatIsRejected() {
    Treatment plain = reading("allow", "allow", "");
    alike(
        new Treatment(
            plain.name(),
            plain.sql(),
            plain.word(),
            plain.settings(),
            plain.rules() + ", " + rule("(?i)select .*" + WORD, "drop", "")));
  }

  @Test
  void whatIsMatchedNowAndThen() {
    alike(reading("sampled drop", "drop", "\"sample\": 2"));
  }

  @Test
  void whatIsRejectedByItsTable() {
    String rule = rule("tables:${catalog}." + tableName(), "drop", "");
    table.ifPresent(
        known -> {
          Treatment rejected = reading("drop by table", known, rule, "");
          assertThat(seen(rejected, Standing.of("idle"), Spelling.TEXT)).contains("rejected");
          alike(rejected);
        });
  }

  @Test
  void whatIsCached() {
    ofTable("cache", CachedContract.CACHED, CACHE);
  }

  @Test
  void whatIsNotCached() {
    ofTable("nocache", CachedContract.CACHED + ", " + rule("last", "nocache", ""), CACHE);
  }

  @Test
  void whatIsCarriedOutLater() {
    table.ifPresent(known -> alike(later("async-execute", known, LATER)));
  }

  @Test
  void whatIsTransformedIsNotCarriedOutLater() {
    table.ifPresent(
        known -> {
          Treatment both =
              later(
                  "transform and async-execute",
                  known,
                  LATER + ", " + rule("other", "transform", "\"target\": \"another\""));
          start(both, Standing.of("idle"), both.rules());
          client("ann").asks(both.sql());
          assertThat(carriedOut(both)).containsExactly(both.sql().replace("other", "another"));
          alike(both);
        });
  }

  private static final String LATER =
      rule("elsewhere", "async-execute", "\"holdUntil\": \"immediate\"");

  private static Treatment later(String name, KitTable known, String rules) {
    return new Treatment(
        name,
        known.elsewhere(),
        "elsewhere",
        KitSettings.of("\"pool\": {\"size\": 2}").withCatalogue(known.catalogue()),
        rules);
  }

  private static final String CACHE = ", \"cache\": {\"enabled\": true, \"dmlThreshold\": 100}";

  /** Reads from a table, where nodes know of one. */
  private void ofTable(String name, String rules, String vdb) {
    table.ifPresent(known -> alike(reading(name, known, rules, vdb)));
  }

  private static Treatment reading(String name, KitTable known, String rules, String vdb) {
    return new Treatment(
        name,
        known.last(),
        "last",
        KitSettings.of("\"pool\": {\"size\": 4}, \"pipelining\": {\"enabled\": false}" + vdb)
            .withCatalogue(known.catalogue()),
        rules);
  }

  private String tableName() {
    return table.map(known -> known.last().replaceFirst("(?i).* from ", "")).orElse("");
  }

  // ---- the matrix

  private void alike(Treatment treatment) {
    Map<String, String> different = new TreeMap<>();
    Map<String, Boolean> explained = new TreeMap<>();
    for (Standing standing : standings) {
      List<String> text = seen(treatment, standing, Spelling.TEXT);
      for (Spelling spelling : spellings) {
        List<String> seen = seen(treatment, standing, spelling);
        String why =
            keepsPreparedText() && spelling.unruled() && treatment.name().startsWith("transform")
                ? "a statement keeps the text that it was prepared with"
                : differs(treatment.name(), standing.name(), spelling.name());
        if (why != null) {
          explained.merge(spelling + ": " + why, !seen.equals(text), Boolean::logicalOr);
        } else if (!seen.equals(text)) {
          different.put(standing + ", " + spelling, seen + " and not " + text);
        }
      }
    }
    assertThat(different).as(treatment.name() + ": judged otherwise than the text").isEmpty();
    assertThat(explained).as(treatment.name() + ": is explained").doesNotContainValue(false);
  }

  private void start(Treatment treatment, Standing standing, String rules) {
    if (node != null) {
      stop();
    }
    KitSettings settings = treatment.settings();
    KitSettings here =
        standing.vdb().isEmpty()
            ? settings
            : settings.withVdb(settings.vdb() + ", " + standing.vdb());
    if (treatment.amid() == Amid.REPLICATION) {
      startCluster(here, rules, "marked");
    } else if (settings.catalogue().isPresent()) {
      startCluster(here, rules);
    } else {
      start(here, rules);
    }
  }

  /** There is a replica, to which there is a connection; what has made that is forgotten. */
  private void replicate(String sql) {
    KitClient bob = client("bob");
    for (int times = 0; times < 4; times++) {
      node.replicate();
      bob.sends(sql);
      node.turns().advance(Duration.ofMillis(200));
    }
    bob.leave();
    for (KitServers<?> each : List.of(servers(), node.replicas())) {
      each.open().forEach(session -> session.received().clear());
    }
  }

  /** What comes of running it twice. */
  private List<String> seen(Treatment treatment, Standing standing, Spelling spelling) {
    start(treatment, standing, spelling.unruled() ? "" : treatment.rules());
    KitClient ann = client("ann");
    if (!ann.prepares(() -> spelling.before().accept(ann, treatment.sql()))) {
      ann.told();
      return List.of("rejected");
    }
    if (spelling.unruled()) {
      reload(treatment.rules());
    }
    if (treatment.amid() == Amid.REPLICATION) {
      replicate(treatment.sql());
    }
    for (String statement : standing.statements()) {
      ann.sends(statement);
    }
    ann.told();
    node.heard().clear();
    List<String> seen = new ArrayList<>();
    for (int times = 0; times < 2; times++) {
      Ahead ahead = new Ahead(ann, spelling.pipelined());
      Optional<KitClient> other = begin(treatment);
      spelling.run().accept(ann, treatment.sql());
      seen.addAll(ahead.toldBehind());
      node.turns().advance(Duration.ofSeconds(2));
      seen.add("later");
      seen.addAll(ahead.toldBehind());
      if (KEEPING.contains(treatment.name())) {
        seen.add("holds " + node.held());
      }
      if (treatment.amid().slow()) {
        seen.add("carried out " + carriedOut(treatment));
        servers().slow(null);
        node.turns().advance(Duration.ofSeconds(1));
        seen.addAll(ahead.toldBehind());
        seen.add("cancelled " + servers().cancels());
      }
      other.ifPresent(KitClient::leave);
    }
    if (carriedOut(treatment).isEmpty() && seen.equals(REJECTED)) {
      return List.of("rejected");
    }
    seen.add("carried out " + carriedOut(treatment));
    seen.addAll(
        node.heard().stream()
            .map(line -> line.replaceFirst("(?i)select " + BESIDE + " ?; ", ""))
            .map(JudgedAlikeContract::withoutParameter)
            .filter(line -> line.contains(treatment.word()) || !line.contains("elect"))
            .toList());
    return seen;
  }

  /** What else there is to go on begins; gives who has begun it, if it is somebody. */
  private Optional<KitClient> begin(Treatment treatment) {
    if (treatment.amid() == Amid.FAILURE) {
      servers().failNext(treatment.sql().toLowerCase(Locale.ROOT), "40001");
    }
    if (!treatment.amid().slow()) {
      return Optional.empty();
    }
    Optional<KitClient> other =
        treatment.amid() == Amid.ANOTHER_RUN ? Optional.of(client("bob")) : Optional.empty();
    servers().slow(treatment.word());
    other.ifPresent(bob -> bob.sends(treatment.sql()));
    return other;
  }

  private static List<String> told(KitClient client) {
    return judged(client.told());
  }

  /** The statement ahead of a pipelined one, until its answer has come. */
  private static final class Ahead {
    private final KitClient client;
    private boolean pending;

    Ahead(KitClient client, boolean pending) {
      this.client = client;
      this.pending = pending;
    }

    /** Messages to its client behind that answer. */
    List<String> toldBehind() {
      List<String> told = client.told();
      if (!pending || told.isEmpty()) {
        return judged(told);
      }
      pending = false;
      return judged(told.subList(isError(told.get(0)) ? 1 : 2, told.size()));
    }
  }

  private static List<String> judged(List<String> told) {
    return told.stream()
        .filter(word -> !word.equals("row " + BESIDE))
        .map(word -> isError(word) ? "error" : withoutParameter(word))
        .toList();
  }

  private static String withoutParameter(String text) {
    return text.replaceFirst("(?i) +limit \\?", "");
  }

  /** At which data source, and what. */
  private List<String> carriedOut(Treatment treatment) {
    return Stream.of(
            carriedOut(treatment, "", servers()),
            carriedOut(treatment, "by a replica: ", node.replicas()),
            carriedOut(treatment, "there: ", node.others()))
        .flatMap(each -> each)
        .toList();
  }

  private static Stream<String> carriedOut(Treatment treatment, String where, KitServers<?> by) {
    return by.open().stream()
        .flatMap(session -> session.received().stream())
        .filter(sql -> !sql.startsWith("PREPARE ") && !sql.startsWith("EXECUTE "))
        .filter(sql -> !sql.contains("@@") && !sql.startsWith("DO ")) // the node's own
        .filter(sql -> sql.contains(treatment.word()) || sql.contains(OTHER))
        .map(sql -> where + withoutParameter(sql));
  }
}
