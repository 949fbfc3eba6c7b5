package dev.heimdall.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SecretReference;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreLocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationWatcherTest {
  @TempDir Path temporary;
  private ConfigurationDirectory dir;
  private final List<Configuration> applied = new ArrayList<>();
  private final List<List<String>> refused = new ArrayList<>();
  private ConfigurationWatcher watcher;

  @BeforeEach
  void watch() {
    dir = new ConfigurationDirectory(temporary.resolve("conf"));
    watcher =
        new ConfigurationWatcher(
            dir.path(),
            RegionFacts.none(),
            FoundClusters.none(),
            () -> {},
            applied::add,
            e -> refused.add(e.problems().stream().map(Problem::path).toList()));
    watcher.begin(dir.read());
    look(3);
    assertThat(applied).isEmpty();
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      watcher.look();
    }
  }

  @Test
  void changeIsPublishedOnceAndOnlyWhenItWasSeenTwice() {
    dir.vdb("orders", 5060, "");

    look(1);
    assertThat(applied).isEmpty();
    look(1);
    assertThat(applied).singleElement().isEqualTo(dir.read());
    look(5);
    assertThat(applied).hasSize(1);
    assertThat(refused).isEmpty();
  }

  /** As when a manager is killed after it has committed, and before others could see all of it. */
  @Test
  void ofACommitWhoseWriterDiedAllIsPublishedOrNothing() throws Exception {
    dir.vdb("orders", 5060, "");
    dir.vdb("shop", 5061, "");
    look(3);
    applied.clear();
    StoreLocation place = StoreLocation.of(dir.path().toString());
    try (DocumentStore store = DocumentStore.open(place)) {
      Documents now = store.read();
      store.write(
          List.of(
              moved("orders", 5062, now.versionOf("vdbs/orders.json")),
              moved("shop", 5063, now.versionOf("vdbs/shop.json"))));
    }
    Path commits = dir.path().resolve(".heimdall/commits");
    String change = "{\"name\": \"vdbs/%s.json\", \"after\": 2, \"content\": \"%s\"}";
    Files.writeString(
        commits.resolve("2"),
        "{\"heimdall\": 1, \"changes\": ["
            + change.formatted("orders", encoded(5064))
            + ","
            + change.formatted("shop", encoded(5065))
            + "]}");

    look(4);
    assertThat(applied)
        .singleElement()
        .satisfies(
            configuration ->
                assertThat(configuration.vdbs())
                    .extractingByKeys("orders", "shop")
                    .map(vdb -> vdb.ports().get(0))
                    .containsExactly(5064, 5065));
    assertThat(commits.resolve("2")).isEmptyFile();
    assertThat(refused).isEmpty();
  }

  private static Change moved(String vdb, int port, Optional<String> over) {
    return Change.replace("vdbs/" + vdb + ".json", Content.of(document(port)), over.orElseThrow());
  }

  private static String document(int port) {
    return "{\"ports\": [%d], \"source\": \"primary\"}".formatted(port);
  }

  private static String encoded(int port) {
    return Base64.getEncoder().encodeToString(document(port).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherTextOfASecretIsAnotherConfigurationOfTheSameDocuments() throws Exception {
    Path secrets = dir.path().resolve(SecretReference.FILE);
    Files.writeString(secrets, "{\"texts\": {\"a\": \"one\"}}");
    Files.createDirectories(dir.path().resolve("users"));
    Files.writeString(
        dir.path().resolve("users/alice.json"), "{\"password\": {\"secret\": \"a\"}}");
    look(3);
    String hash = state().hash();

    Files.writeString(secrets, "{\"texts\": {\"a\": \"another\"}}");
    look(3);

    assertThat(applied).hasSize(2);
    assertThat(applied.get(1).users().get("alice").password()).contains(new Secret("another"));
    assertThat(state().hash()).isEqualTo(hash);
  }

  @Test
  @Timeout(60)
  void anErrorInHeimdallDoesNotEndTheWatch() throws Exception {
    BlockingQueue<Configuration> taken = new LinkedBlockingQueue<>();
    CountDownLatch asked = new CountDownLatch(1);
    try (ConfigurationWatcher running =
        new ConfigurationWatcher(
            dir.path(),
            RegionFacts.none(),
            FoundClusters.none(),
            () -> {
              asked.countDown();
              throw new StackOverflowError();
            },
            taken::add,
            e -> {},
            Duration.ofMillis(5))) {
      running.start(dir.read());
      running.reloadNow();
      asked.await();
      dir.vdb("orders", 5060, "");

      assertThat(taken.poll(30, TimeUnit.SECONDS)).isEqualTo(dir.read());
    }
  }

  private ConfigurationState state() {
    return watcher.state(Optional.empty());
  }

  @Test
  void itSaysWhatIsInForceAndWhatIsNot() throws Exception {
    String first = state().hash();
    assertThat(first).isNotEmpty();
    assertThat(state().origin().place()).isEqualTo(dir.path().toString());
    assertThat(state().refused()).isEmpty();
    assertThat(state().lookedAgo()).isPresent();

    dir.vdb("shop", 0, ", \"pool\": {\"sze\": 1}");
    look(3);
    assertThat(state().refused().orElseThrow()).contains("$.pool.sze");
    assertThat(state().hash()).isEqualTo(first);

    dir.vdb("shop", 5070, "");
    look(3);
    assertThat(state().refused()).isEmpty();
    assertThat(state().hash()).isNotEqualTo(first);

    watcher.notApplied("port 5070 is taken");
    assertThat(state().refused()).contains("port 5070 is taken");

    Path away = Files.move(dir.path(), temporary.resolve("away"));
    look(1);
    assertThat(state().origin().trouble().orElseThrow()).contains("cannot be read");
    Files.move(away, dir.path());
    look(1);
    assertThat(state().origin().trouble()).isEmpty();
  }

  @Test
  void nodesWithTheSameDocumentsHaveTheSameHashWhateverTheyHaveLearnt() {
    String first = state().hash();
    dir.write("learned/list.json", "{\"rules\": []}");
    watcher.read();
    assertThat(state().hash()).isEqualTo(first);
  }

  @Test
  void whatWasWrongInAStoreFromTheStartIsSaid() {
    ConfigurationState onCopy =
        watcher.state(
            Optional.of(
                new Origin(
                    "s3://conf",
                    Optional.of("v1"),
                    Optional.of(Instant.now()),
                    Optional.empty(),
                    Optional.of(Instant.now()))));
    assertThat(onCopy.refused().orElseThrow()).contains("wrong when the node started");
  }

  @Test
  void directoryThatIsBeingWrittenIsLeftAlone() {
    dir.write("vdbs/orders.json", "{\"ports\": [5060],");
    look(1);
    dir.write("vdbs/orders.json", "{\"ports\": [5060], \"source\":");
    look(1);
    dir.vdb("orders", 5060, "");
    look(1);
    assertThat(applied).isEmpty();
    assertThat(refused).isEmpty();

    look(2);
    assertThat(applied).hasSize(1);
    assertThat(refused).isEmpty();
  }

  @Test
  void wrongConfigurationIsReportedOnceForEachChange() {
    dir.vdb("shop", 0, ", \"pool\": {\"sze\": 1}");
    look(6);
    assertThat(refused).containsExactly(List.of("$.pool.sze"));

    dir.vdb("shop", 0, ", \"pool\": {\"sze\": 1, \"size\": 0}");
    look(6);
    assertThat(refused)
        .containsExactly(List.of("$.pool.sze"), List.of("$.pool.sze", "$.pool.size"));

    dir.write("users/bob.json", "{\"password\": \"b\"}");
    look(6);
    assertThat(refused).hasSize(3);
    assertThat(applied).isEmpty();
  }

  @Test
  void wrongConfigurationThatIsTakenBackLeavesTheOldOneAlone() {
    dir.vdb("shop", 70000, "");
    look(3);
    dir.vdb("shop", 5050, "");
    look(3);

    assertThat(refused).hasSize(1);
    assertThat(applied).isEmpty();
  }

  @Test
  void repairedConfigurationIsPublished() {
    dir.vdb("shop", 70000, "");
    look(3);
    dir.vdb("shop", 5070, "");
    look(3);

    assertThat(refused).hasSize(1);
    assertThat(applied).singleElement().isEqualTo(dir.read());
  }

  @Test
  void fileThatWasMissingOutsideOfTheDirectoryMakesAConfigurationRight() throws Exception {
    Path certificate = temporary.resolve("server.crt");
    Path key = Files.writeString(temporary.resolve("server.key"), "key");
    dir.vdb(
        "shop",
        5050,
        ", \"tls\": {\"certificateFile\": \"" + certificate + "\", \"keyFile\": \"" + key + "\"}");
    look(4);
    assertThat(refused).containsExactly(List.of("$.tls.certificateFile"));

    Files.writeString(certificate, "certificate");
    look(3);
    assertThat(applied).hasSize(1);
    assertThat(refused).hasSize(1);
  }

  @Test
  void renewedCertificateIsPublishedThoughNoSettingChanged() {
    dir.write("tls/server.crt", "certificate");
    dir.write("tls/server.key", "key");
    dir.vdb(
        "shop",
        5050,
        ", \"tls\": {\"certificateFile\": \"tls/server.crt\", \"keyFile\": \"tls/server.key\"}");
    look(4);
    assertThat(applied).hasSize(1);

    dir.write("tls/server.crt", "certificate renewed");
    look(4);
    assertThat(applied).hasSize(2);
    assertThat(applied.get(1)).isEqualTo(applied.get(0));
  }

  @Test
  void newSpacingAndNotesArePublishedByNobody() {
    dir.vdb("shop", 5050, "   ");
    dir.write("README.md", "notes");
    dir.write(".shop.json.swp", "half");
    look(4);

    assertThat(applied).isEmpty();
    assertThat(refused).isEmpty();
  }

  @Test
  void removedDocumentIsAChange() {
    dir.delete("users/alice.json");
    look(2);

    assertThat(applied).singleElement().extracting(c -> c.users().size()).isEqualTo(0);
  }

  @Test
  void directoryThatCannotBeReadChangesNothing() throws Exception {
    Path away = temporary.resolve("away");
    Files.move(dir.path(), away);
    look(3);
    Files.move(away, dir.path());
    look(3);

    assertThat(applied).isEmpty();
    assertThat(refused).isEmpty();
  }

  @Test
  void reloadOnDemandPublishesWithoutAChange() {
    watcher.read();
    assertThat(applied).hasSize(1);

    dir.vdb("shop", 70000, "");
    watcher.read();
    watcher.read();
    assertThat(refused).hasSize(2);

    look(4);
    assertThat(applied).hasSize(1);
    assertThat(refused).hasSize(2);
  }

  @Test
  void whoeverBringsTheDirectoryUpToDateIsAskedBeforeItIsReadOnDemand() throws Exception {
    ConfigurationWatcher asking =
        new ConfigurationWatcher(
            dir.path(),
            RegionFacts.none(),
            FoundClusters.none(),
            () -> dir.vdb("shop", 5070, ""),
            applied::add,
            e -> refused.add(List.of()));
    asking.begin(dir.read());

    asking.read();

    assertThat(applied).singleElement().satisfies(c -> assertThat(c.vdbs()).containsKey("shop"));
  }

  @Test
  void consumerThatFailsIsNotCalledAgainUntilTheNextChange() {
    List<Configuration> tried = new ArrayList<>();
    ConfigurationWatcher failing =
        new ConfigurationWatcher(
            dir.path(),
            RegionFacts.none(),
            FoundClusters.none(),
            () -> {},
            configuration -> {
              tried.add(configuration);
              throw new IllegalStateException("cannot listen");
            },
            e -> refused.add(List.of()));
    failing.begin(dir.read());
    dir.vdb("shop", 5070, "");
    for (int i = 0; i < 5; i++) {
      failing.look();
    }
    assertThat(tried).hasSize(1);

    dir.vdb("shop", 5071, "");
    for (int i = 0; i < 5; i++) {
      failing.look();
    }
    assertThat(tried).hasSize(2);
    assertThat(refused).isEmpty();
  }

  @Nested
  @Timeout(60)
  class OnItsOwnThread {
    private final BlockingQueue<Configuration> published = new LinkedBlockingQueue<>();

    private ConfigurationWatcher started(Duration period) {
      ConfigurationWatcher started =
          new ConfigurationWatcher(
              dir.path(),
              RegionFacts.none(),
              FoundClusters.none(),
              () -> {},
              published::add,
              e -> {},
              period);
      started.start(dir.read());
      return started;
    }

    @Test
    void changesAreFound() throws Exception {
      try (ConfigurationWatcher started = started(Duration.ofMillis(10))) {
        dir.vdb("shop", 5070, "");

        Configuration first = published.poll(30, TimeUnit.SECONDS);
        assertThat(first).isEqualTo(dir.read());
      }
    }

    @Test
    void reloadNowDoesNotWaitForTheNextLook() throws Exception {
      try (ConfigurationWatcher started = started(Duration.ofDays(1))) {
        started.reloadNow();

        assertThat(published.poll(30, TimeUnit.SECONDS)).isEqualTo(dir.read());
      }
    }

    @Test
    void closedWatcherPublishesNothing() {
      ConfigurationWatcher started = started(Duration.ofMillis(1));
      started.close();
      published.clear();
      dir.vdb("shop", 5070, "");
      started.reloadNow();
      started.close();

      assertThat(published).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().equals("configuration-watcher"));
    }

    @Test
    void consumerMayCloseTheWatcher() throws Exception {
      BlockingQueue<String> closed = new LinkedBlockingQueue<>();
      ConfigurationWatcher[] self = new ConfigurationWatcher[1];
      self[0] =
          new ConfigurationWatcher(
              dir.path(),
              RegionFacts.none(),
              FoundClusters.none(),
              () -> {},
              configuration -> {
                self[0].close();
                closed.add("closed");
              },
              e -> {},
              Duration.ofDays(1));
      self[0].start(dir.read());
      self[0].reloadNow();

      assertThat(closed.poll(30, TimeUnit.SECONDS)).isEqualTo("closed");
      self[0].close();
    }
  }
}
