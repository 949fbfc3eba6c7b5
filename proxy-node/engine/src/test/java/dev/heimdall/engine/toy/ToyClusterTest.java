package dev.heimdall.engine.toy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.toy.ToyPath.Client;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clusters of an engine whose positions are sets of transactions: reads go to replicas that have
 * what they must see, and sessions follow the writer.
 */
class ToyClusterTest {
  private static final String IDLE = "done 0";
  private static final String OPEN = "done 1";
  private static final String COUNT = "SELECT count FROM t";
  private static final String WRITE = "UPDATE t SET a = 1";

  @TempDir Path directory;

  private ToyPath path;
  private ToyMember one;
  private ToyMember two;

  private void path(String settings) throws Exception {
    path = ToyPath.ofCluster(directory, settings);
    one = path.cluster().member(0);
    two = path.cluster().member(1);
  }

  @AfterEach
  void close() {
    assertThat(path.servers()).allSatisfy(one -> assertThat(one.violations()).isEmpty());
    path.close();
  }

  /** A client whose statements are answered, and whose reads the replica answers. */
  private Client client() {
    path.until(() -> path.view().writer().isPresent());
    Client client = path.client();
    path.until(() -> readsAt(client) == two);
    return client;
  }

  /** Which server answers a read. */
  private ToyMember readsAt(Client client) {
    path.servers().forEach(ToyServer::requests);
    List<String> told = answered(client, COUNT);
    assertThat(told).hasSize(2);
    assertThat(told.get(1)).isEqualTo(IDLE);
    return at(COUNT);
  }

  /** The server that was sent this since its requests were looked at last. */
  private ToyMember at(String sql) {
    return path.servers().stream()
        .filter(server -> server.requests().contains(sql))
        .map(ToyServer::member)
        .findFirst()
        .orElseThrow();
  }

  /** What a client is told at last that may have to wait for a server. */
  private List<String> answered(Client client, String sql) {
    List<String> told = new ArrayList<>(client.asks(sql));
    path.until(
        () -> {
          told.addAll(client.told());
          return !told.isEmpty() && told.get(told.size() - 1).startsWith("done");
        });
    return told;
  }

  /** The last connection that was made to a server. */
  private ToyServer process(ToyMember of) {
    return path.servers().stream()
        .filter(server -> server.member() == of && server.channel().isOpen())
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** The writer is gone, and the other server becomes it. */
  private void failOver() {
    one.become(false, false);
    two.become(true, true);
    path.servers().stream().filter(server -> server.member() == one).forEach(ToyServer::vanish);
    path.run();
  }

  @Test
  void readsGoToAReplicaAndWritesToTheWriter() throws Exception {
    path("");
    Client ann = client();

    assertThat(answered(ann, WRITE)).containsExactly(IDLE);

    assertThat(at(WRITE)).isSameAs(one);
    assertThat(one.count()).isEqualTo(1);
  }

  @Test
  void aReadSeesItsOwnWriteAndIsAnsweredByTheReplicaOnceThatHasIt() throws Exception {
    path("");
    Client ann = client();
    answered(ann, WRITE);

    for (int i = 0; i < 20; i++) {
      assertThat(readsAt(ann)).isSameAs(one);
      assertThat(answered(ann, COUNT)).containsExactly("row 1", IDLE);
    }
    two.copy(one);

    path.until(() -> readsAt(ann) == two);
    assertThat(answered(ann, COUNT)).containsExactly("row 1", IDLE);
  }

  @Test
  void theSessionGoesOnAtTheNewWriter() throws Exception {
    path("");
    Client ann = client();
    answered(ann, WRITE);
    two.copy(one);
    path.servers().forEach(ToyServer::requests);

    failOver();

    assertThat(answered(ann, WRITE)).containsExactly(IDLE);
    assertThat(at(WRITE)).isSameAs(two);
    assertThat(answered(ann, COUNT)).containsExactly("row 2", IDLE);
    assertThat(ann.open()).isTrue();
  }

  @Test
  void aTransactionIsRunAgainAtTheNewWriter() throws Exception {
    path("\"transactionReplay\": {\"enabled\": true}");
    Client ann = client();
    answered(ann, "BEGIN");
    assertThat(answered(ann, COUNT)).containsExactly("row 0", OPEN);
    process(one).hold();
    assertThat(ann.asks(WRITE)).isEmpty();

    failOver();

    path.until(() -> two.writer() && !path.servers().isEmpty() && replayed());
    path.until(() -> ann.told().contains(OPEN));
    assertThat(answered(ann, "COMMIT")).containsExactly(IDLE);
    assertThat(two.count()).isEqualTo(1);
  }

  private boolean replayed() {
    return path.servers().stream()
        .filter(server -> server.member() == two)
        .anyMatch(server -> server.requests().contains(WRITE));
  }

  @Test
  void aTransactionThatIsNotToBeRunAgainIsLostAndTheSessionGoesOn() throws Exception {
    path("");
    Client ann = client();
    answered(ann, "BEGIN");
    process(one).hold();
    assertThat(ann.asks(WRITE)).isEmpty();

    failOver();

    List<String> told = new ArrayList<>();
    path.until(
        () -> {
          told.addAll(ann.told());
          return told.size() > 1;
        });
    assertThat(told.get(0)).startsWith("error 08006");
    assertThat(told.get(1)).isEqualTo("done 2");
    assertThat(answered(ann, "ROLLBACK")).containsExactly(IDLE);
    assertThat(answered(ann, WRITE)).containsExactly(IDLE);
    assertThat(two.count()).isEqualTo(1);
  }

  @Test
  void aServerThatHasMoreTransactionsButNotTheseAnswersNoReadOfThem() throws Exception {
    path("");
    Client ann = client();
    one.commit();
    one.commit(); // which no other server ever gets
    failOver();
    assertThat(answered(ann, WRITE)).containsExactly(IDLE);
    one.become(false, true);

    for (int i = 0; i < 20; i++) {
      assertThat(readsAt(ann)).isSameAs(two);
    }
    one.copy(two);

    path.until(() -> readsAt(ann) == one);
  }
}
