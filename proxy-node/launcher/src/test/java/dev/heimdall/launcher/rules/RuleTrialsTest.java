package dev.heimdall.launcher.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heimdall.manager.trial.Question;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleTrialsTest {
  @TempDir private Path directory;

  @BeforeEach
  void configuration() throws Exception {
    write(
        "sources/cluster.json",
        "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"cluster\": {\"kind\":"
            + " \"postgres\", \"reads\": \"marked\"}, \"catalog\": {\"enabled\": true}}");
    write("sources/maria.json", "{\"url\": \"jdbc:mariadb://db.example\", \"user\": \"app\"}");
    write("sources/other.json", "{\"url\": \"jdbc:postgresql://other.example\"}");
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"cluster\", \"rules\": [\"main\"], \"ruleSources\":"
            + " [\"other\"], \"cache\": {\"enabled\": true, \"ttl\": \"1m\"}}");
    write("vdbs/maria.json", "{\"ports\": [5051], \"source\": \"maria\", \"rules\": [\"quoted\"]}");
    write(
        "rules/quoted.json",
        "{\"rules\": [{\"match\": \"tables:shop.my`table\", \"action\": \"drop\"}]}");
    rules("");
  }

  private void rules(String rules) throws Exception {
    write("rules/main.json", "{\"rules\": [" + rules + "]}");
  }

  private void write(String file, String text) throws Exception {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Verdict verdict(String vdb, String sql, boolean inTransaction) throws Exception {
    Configuration configuration = ConfigurationReader.read(directory);
    return new RuleTrials()
        .of(
            configuration,
            new Question(
                vdb,
                sql,
                "alice",
                List.of(),
                Optional.of("shop"),
                "",
                InetAddress.getByName("10.1.2.3"),
                OptionalInt.empty(),
                inTransaction,
                false));
  }

  private Verdict verdict(String sql) throws Exception {
    return verdict("shop", sql, false);
  }

  private static String last(Verdict verdict) {
    return verdict.ways().get(verdict.ways().size() - 1).why();
  }

  private static List<String> why(Verdict verdict, Verdict.Place place) {
    return verdict.ways().stream()
        .filter(way -> way.place() == place)
        .map(Verdict.Way::why)
        .toList();
  }

  @Test
  void rulesThatMatchDoNotMatchAndArePassedOverAreTold() throws Exception {
    rules(
        "{\"comment\": \"no drops\", \"match\": \"(?i)^drop\", \"action\": \"drop\"},"
            + "{\"enabled\": false, \"action\": \"nocache\"},"
            + "{\"match\": \"tables:shop.items\", \"action\": \"tag\"}");

    assertThat(verdict("DROP TABLE items").rules())
        .extracting(Verdict.Met::number, Verdict.Met::comment, Verdict.Met::meeting)
        .containsExactly(
            tuple(1, "no drops", Verdict.Meeting.MATCHED),
            tuple(2, "", Verdict.Meeting.SKIPPED),
            tuple(3, "", Verdict.Meeting.MATCHED));
    assertThat(verdict("DROP TABLE items").goes()).isEqualTo(Verdict.Place.REFUSED);
    assertThat(verdict("SELECT 1").rules())
        .extracting(Verdict.Met::meeting)
        .containsExactly(
            Verdict.Meeting.NOT_MATCHED, Verdict.Meeting.SKIPPED, Verdict.Meeting.NOT_MATCHED);
    assertThat(verdict("SELECT * FROM items").tables()).containsExactly("shop.items");
  }

  @Test
  void aReadGoesToAReplicaWhereARuleLetsItAndElsewhereToTheWriter() throws Exception {
    assertThat(verdict("SELECT * FROM items").goes()).isEqualTo(Verdict.Place.WRITER);
    assertThat(why(verdict("SELECT * FROM items"), Verdict.Place.REPLICA))
        .containsExactly("no rule says that a replica may answer it");
    rules("{\"match\": \"items\", \"action\": \"reader-eligible\"}");
    assertThat(verdict("SELECT * FROM items").goes()).isEqualTo(Verdict.Place.REPLICA);
    assertThat(verdict("SELECT now() FROM items").ways().get(1).why()).contains("catalogue");
    assertThat(verdict("UPDATE items SET a = 1").goes()).isEqualTo(Verdict.Place.WRITER);
    assertThat(verdict("SELECT * FROM items FOR UPDATE").goes()).isEqualTo(Verdict.Place.WRITER);
    assertThat(why(verdict("shop", "SELECT * FROM items", true), Verdict.Place.REPLICA))
        .containsExactly("it is part of a transaction");
    assertThat(why(verdict("maria", "SELECT 1", false), Verdict.Place.REPLICA))
        .containsExactly("maria is no cluster");
  }

  @Test
  void whetherAResultIsCachedAndForHowLong() throws Exception {
    rules("{\"match\": \"items\", \"action\": \"cache\", \"parameters\": {\"ttl\": 90000}}");
    assertThat(verdict("SELECT * FROM items").goes()).isEqualTo(Verdict.Place.CACHE);
    assertThat(last(verdict("SELECT * FROM items"))).contains("60,000 ms");
    assertThat(why(verdict("SELECT 'items'"), Verdict.Place.CACHE))
        .containsExactly("it reads no table");
    assertThat(why(verdict("DELETE FROM items"), Verdict.Place.CACHE))
        .containsExactly("it writes, locks what it reads, or reads what the server itself keeps");
    assertThat(why(verdict("shop", "SELECT * FROM items", true), Verdict.Place.CACHE))
        .containsExactly("no rule has it cached");
    rules("{\"match\": \"items\", \"inTransaction\": true, \"action\": \"cache\"}");
    assertThat(last(verdict("shop", "SELECT * FROM items", true))).contains("READ COMMITTED");
    rules(
        "{\"match\": \"items\", \"action\": \"cache\", \"parameters\": {\"ttl\": 0}},"
            + "{\"match\": \"FROM items\", \"action\": \"nocache\"}");
    assertThat(why(verdict("SELECT 1 AS items"), Verdict.Place.CACHE).get(0)).contains("no time");
    assertThat(why(verdict("SELECT * FROM items"), Verdict.Place.CACHE))
        .containsExactly("a rule keeps it out of the cache");
  }

  @Test
  void whatIsRewrittenAnsweredDeferredAndForwardedIsTold() throws Exception {
    rules(
        "{\"match\": \"old_(\\\\w+)\", \"action\": \"transform\", \"parameters\": {\"target\":"
            + " \"$1\"}}");
    assertThat(verdict("SELECT * FROM old_items").rewritten()).contains("SELECT * FROM items");
    rules("{\"match\": \"^SET\", \"action\": \"result\", \"parameters\": {\"value\": 3}}");
    assertThat(verdict("SET nocount ON").goes()).isEqualTo(Verdict.Place.NODE);
    rules("{\"match\": \"^INSERT\", \"action\": \"async-execute\"}");
    assertThat(verdict("INSERT INTO items VALUES (1)").goes()).isEqualTo(Verdict.Place.QUEUE);
    assertThat(verdict("shop", "INSERT INTO items VALUES (1)", true).goes())
        .isEqualTo(Verdict.Place.WRITER);
    rules("{\"action\": \"forward\", \"parameters\": {\"source\": \"other\"}}");
    assertThat(last(verdict("SELECT 1"))).isEqualTo("a rule forwards it to other");
  }

  @Test
  void aStatementIsReadAsTheEngineBehindReadsIt() throws Exception {
    Verdict verdict = verdict("maria", "SELECT * FROM `my``table`", false);

    assertThat(verdict.tables()).containsExactly("shop.my`table");
    assertThat(verdict.doubt()).isEmpty();
    assertThat(verdict.goes()).isEqualTo(Verdict.Place.REFUSED);
  }
}
