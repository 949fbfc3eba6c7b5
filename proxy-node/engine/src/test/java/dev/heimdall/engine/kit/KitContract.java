package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.model.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the contracts of all dialects have in common: a node, its clients, and what must hold when
 * both have gone.
 */
public abstract class KitContract {
  static final String ONE_CONNECTION = "\"pool\": {\"size\": 1}";
  private static final String READS_KNOWN = "{\"match\": \"secret\", \"action\": \"drop\"}";

  @TempDir private Path directory;
  private final List<KitClient> clients = new ArrayList<>();

  /** By what they come from: many nodes of a test have the same. */
  private final Map<List<?>, Configuration> configurations = new HashMap<>();

  private final Metrics metrics = new Metrics("test", 1, 100);
  private final KitDialect dialect;
  final KitWords words;

  /** True if a failed transaction is open until its client rolls it back. */
  final boolean staysFailed;

  KitNode<?> node;

  /** How that is configured. */
  private KitSettings started;

  KitContract(KitDialect dialect) {
    this.dialect = dialect;
    this.words = dialect.words();
    this.staysFailed = dialect.keepsFailedTransactions();
  }

  /** Starts a node whose virtual database has these settings in JSON. */
  final void start(String vdb) {
    start(KitSettings.of(vdb));
  }

  /**
   * With a cluster, of which the only server is the writer. What its database holds is known, where
   * the dialect knows it: so is what writes do.
   */
  final void startCluster(String vdb) {
    KitSettings settings = KitSettings.of(vdb);
    startCluster(
        dialect.table().map(KitTable::catalogue).map(settings::withCatalogue).orElse(settings),
        READS_KNOWN);
  }

  /** The same with these rules in JSON. */
  final void startCluster(KitSettings settings, String rules) {
    startCluster(settings, rules, "none");
  }

  /**
   * The same.
   *
   * @param reads which ones replicas may answer
   */
  final void startCluster(KitSettings settings, String rules, String reads) {
    String cluster =
        """
        "cluster": {"kind": "%s", "reads": "%s", "balance": {"slowStart": "0s"}}\
        """
            .formatted(words.cluster(), reads);
    start(settings.withSource(cluster), rules);
    node.lead();
  }

  /** With a rule, so that it is known which statements read. */
  final void start(KitSettings settings) {
    start(settings, READS_KNOWN);
  }

  /** The same with other rules in JSON. */
  final void start(KitSettings settings, String rules) {
    started = settings.withVdb(settings.vdb() + ", \"rules\": [\"all\"]");
    node =
        new KitNode<>(directory, configuration(started, rules), dialect.spoken(), started, metrics);
  }

  private Configuration configuration(KitSettings settings, String rules) {
    return configurations.computeIfAbsent(
        List.of(settings, rules),
        read -> {
          write(rules);
          return settings.configuration(directory, dialect.spoken().url());
        });
  }

  private void write(String rules) {
    try {
      Files.writeString(
          Files.createDirectories(directory.resolve("rules")).resolve("all.json"),
          "{\"rules\": [" + rules + "]}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rules are these in JSON from now on. */
  final void reload(String rules) {
    node.reload(configuration(started, rules));
  }

  @AfterEach
  final void stop() {
    clients.forEach(KitClient::leave);
    clients.clear();
    if (node == null) {
      return;
    }
    node.end();
    for (BudgetedCache kind : BudgetedCache.values()) {
      if (kind.beside()) {
        assertThat(node.budget().use(kind).bytes()).as(kind.label()).isZero();
      }
    }
  }

  /** A client that has connected, and said nothing. */
  final KitClient connect() {
    KitClient client = dialect.connect(node);
    clients.add(client);
    node.turns().run();
    return client;
  }

  /** A client that has logged in. */
  final KitClient client(String user) {
    KitClient client = connect();
    client.logIn(user);
    assertThat(client.told()).noneMatch(KitContract::isError);
    assertThat(client.connected()).isTrue();
    return client;
  }

  static boolean isError(String word) {
    return word.startsWith("error ");
  }

  final KitServers<?> servers() {
    return node.servers();
  }

  /** How often servers have carried out a text. */
  final long carriedOut(String sql) {
    return servers().open().stream()
        .flatMap(session -> session.received().stream())
        .filter(sql::equals)
        .count();
  }

  static void answers(KitClient client, String sql, String... expected) {
    assertThat(client.asks(sql)).as(sql).containsExactly(expected);
  }
}
