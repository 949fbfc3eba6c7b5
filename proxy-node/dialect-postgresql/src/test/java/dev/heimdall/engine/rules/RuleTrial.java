package dev.heimdall.engine.rules;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Rules as a user writes them, tried on statements as a session sends them. Time stands still until
 * it is moved.
 */
final class RuleTrial {
  static final long SECOND = 1_000_000_000L;

  private final Configuration configuration;
  private final RuleBook book;
  private final LoopRules loop;

  private SessionFacts facts =
      new SessionFacts(
          "shop",
          "shop",
          "alice",
          List.of("staff", "reports-eu"),
          "pgbench",
          address("10.1.2.3"),
          5432,
          17,
          null);
  private Statement statement;
  private boolean inTransaction;
  private boolean prepared;
  private long averageMicros = -1;
  private long now = 1_000_000L * SECOND;

  private RuleTrial(Configuration configuration, RuleBook before) {
    this.configuration = configuration;
    book =
        RuleBook.compile(
            configuration, configuration.vdbs().get("shop"), PostgresSql.DIALECT, before);
    loop = book.forLoop(new RuleMemory(new MemoryBudget(64L << 20, 1).ofLoop(BudgetedCache.RULES)));
  }

  /** The rules of one list: objects separated by commas. */
  static RuleTrial of(String rules) {
    return ofLists(Map.of("main", "{\"rules\": [" + rules + "]}"), "main");
  }

  /** Whole documents by name, and the names that the VDB goes through. */
  static RuleTrial ofLists(Map<String, String> lists, String... order) {
    return new RuleTrial(read(lists, order), null);
  }

  /** The same after other rules took the place of these. */
  RuleTrial then(Map<String, String> lists, String... order) {
    return new RuleTrial(read(lists, order), book);
  }

  private static Configuration read(Map<String, String> lists, String... order) {
    try {
      Path dir = Files.createTempDirectory("rules");
      try {
        write(dir, "sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
        write(dir, "sources/reports.json", "{\"url\": \"jdbc:postgresql://reports\"}");
        write(dir, "sources/crm.json", "{\"url\": \"jdbc:mysql://crm/crm\", \"user\": \"app\"}");
        write(
            dir,
            "vdbs/shop.json",
            "{\"ports\": [5432], \"source\": \"primary\", \"ruleSources\": [\"reports\", \"crm\"],"
                + " \"rules\": [\""
                + String.join("\", \"", order)
                + "\"]}");
        for (Map.Entry<String, String> list : lists.entrySet()) {
          write(dir, "rules/" + list.getKey() + ".json", list.getValue());
        }
        return ConfigurationReader.read(dir);
      } finally {
        try (Stream<Path> files = Files.walk(dir)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigurationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void write(Path dir, String file, String text) throws IOException {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  RuleBook book() {
    return book;
  }

  Configuration configuration() {
    return configuration;
  }

  LoopRules loop() {
    return loop;
  }

  RuleTrial as(SessionFacts session) {
    facts = session;
    return this;
  }

  SessionFacts facts() {
    return facts;
  }

  RuleTrial user(String user) {
    return as(
        new SessionFacts(
            "shop",
            facts.catalog(),
            user,
            facts.ldapGroups(),
            facts.applicationName(),
            facts.address(),
            facts.port(),
            facts.connectionId(),
            null));
  }

  RuleTrial catalog(String catalog) {
    return as(
        new SessionFacts(
            "shop",
            catalog,
            facts.user(),
            facts.ldapGroups(),
            facts.applicationName(),
            facts.address(),
            facts.port(),
            facts.connectionId(),
            null));
  }

  /** The tables that the next statements read. */
  RuleTrial reading(String... tables) {
    statement = statement(true, List.of(tables), List.of());
    return this;
  }

  /** The tables that the next statements write. */
  RuleTrial writing(String... tables) {
    statement = statement(true, List.of(), List.of(tables));
    return this;
  }

  /** The next statements are not understood, but have these tables. */
  RuleTrial obscurelyReading(String... tables) {
    statement = statement(false, List.of(tables), List.of());
    return this;
  }

  RuleTrial stating(Statement next) {
    statement = next;
    return this;
  }

  static Statement statement(boolean understood, List<String> reads, List<String> writes) {
    StatementClass kind =
        !understood
            ? StatementClass.UNKNOWN
            : writes.isEmpty() ? StatementClass.READ : StatementClass.WRITE;
    return new Statement(
        understood
            ? ParsedStatement.of(kind, List.of(), List.of(), Set.of(), List.of())
            : ParsedStatement.UNREAD,
        kind,
        new TreeSet<>(reads),
        new TreeSet<>(writes),
        !understood,
        Basis.TABLES,
        null,
        false,
        null);
  }

  RuleTrial inTransaction(boolean yes) {
    inTransaction = yes;
    return this;
  }

  RuleTrial prepared(boolean yes) {
    prepared = yes;
    return this;
  }

  RuleTrial averageMicros(long micros) {
    averageMicros = micros;
    return this;
  }

  RuleTrial later(long nanos) {
    now += nanos;
    return this;
  }

  long now() {
    return now;
  }

  static StatementText text(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    long high = 1125899906842597L;
    long low = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      high = 31 * high + b;
      low = (low ^ b) * 0x100000001b3L;
    }
    return new StatementText().set(bytes, 0, bytes.length, high, low);
  }

  Decision decide(String sql) {
    return loop.decide(
        loop.session(facts), text(sql), statement, inTransaction, prepared, averageMicros, now);
  }

  Explanation explain(String sql) {
    return book.explain(facts, text(sql), statement, inTransaction, prepared, averageMicros, now);
  }

  /** What was decided, in words; {@code none} when no rule matched. */
  String effects(String sql) {
    return decide(sql).toString();
  }

  boolean matches(String sql) {
    return !decide(sql).isNone();
  }
}
