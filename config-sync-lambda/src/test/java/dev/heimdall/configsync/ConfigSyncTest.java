package dev.heimdall.configsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.RegionAnswers;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.routing.WriteForwarding;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs with a real store and real HTTP; RDS says what the test has it say. */
class ConfigSyncTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String WEST = "arn:aws:rds:eu-west-1:123456789012:cluster:west";
  private static final String EAST = "arn:aws:rds:us-east-1:123456789012:cluster:east";
  private static final Trigger EVENT =
      new Trigger(
          Trigger.Kind.EVENT,
          dev.heimdall.routing.RdsEvent.of("RDS-EVENT-0185"),
          "RDS-EVENT-0185",
          Optional.empty());

  @TempDir Path directory;

  /** What RDS answers, in turn; the last one again and again. */
  private final Deque<TopologyReading> readings = new ArrayDeque<>();

  /** What other regions add to that. */
  private java.util.function.Function<TopologyReading, RegionAnswers> answers =
      reading -> new RegionAnswers(reading, Optional.empty());

  private final List<TopologyDocument> pushed = new CopyOnWriteArrayList<>();
  private final List<Duration> slept = new ArrayList<>();
  private List<AwsTrouble> whereTroubles = List.of();
  private HttpServer node;
  private int status = 200;
  private volatile String nodeKey = KEY;
  private String keys = KEY;
  private DocumentStore store;
  private ConfigSync sync;

  @BeforeEach
  void start() throws Exception {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/topology",
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            var headers = exchange.getRequestHeaders();
            boolean right =
                new PushSignature(nodeKey)
                    .fits(
                        headers.getFirst(PushSignature.TIMESTAMP),
                        headers.getFirst(PushSignature.NONCE),
                        body,
                        headers.getFirst(PushSignature.SIGNATURE));
            if (right && status == 200) {
              pushed.add(parsed(body));
            }
            byte[] answer = "{\"error\": \"so it is\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(right ? status : 401, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    node.start();
    store = DocumentStore.open(StoreLocation.of(directory.toString()));
    sync =
        new ConfigSync(
            () -> answers.apply(readings.size() > 1 ? readings.poll() : readings.peek()),
            new TopologyStore(store, "eu-west-1"),
            OtherRegionsTest.nowhere(),
            () -> new NodeEndpoint.Found(doors(), whereTroubles),
            new Pusher(Clock.systemUTC()),
            new PushKeys(this::keys),
            new ConfigSync.Settling(Duration.ofSeconds(1), 3, slept::add),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    node.stop(0);
    store.close();
  }

  private String keys() throws SyncException {
    if (keys.isEmpty()) {
      throw new SyncException("the secret is away");
    }
    return keys;
  }

  private static TopologyDocument parsed(byte[] body) {
    try {
      return TopologyDocument.parse(body);
    } catch (dev.heimdall.routing.TopologyException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<NodeEndpoint> doors() {
    return List.of(new NodeEndpoint("i-1", "127.0.0.1", node.getAddress().getPort()));
  }

  private static TopologyReading reading(String writer, String moving) {
    return reading(writer, moving, Instant.now());
  }

  private static TopologyReading reading(String writer, String moving, Instant asked) {
    TopologyGlobal global =
        new TopologyGlobal(
            "arn:aws:rds::123456789012:global-cluster:shop",
            "shop",
            "aurora-postgresql",
            moving.isEmpty() ? "available" : moving,
            Optional.empty(),
            List.of(
                new TopologyGlobal.Member(WEST, writer.equals(WEST), ""),
                new TopologyGlobal.Member(EAST, writer.equals(EAST), "")),
            moving.isEmpty()
                ? Optional.empty()
                : Optional.of(new TopologyGlobal.Failover(moving, WEST, EAST, false)),
            asked);
    return new TopologyReading(
        asked,
        List.of("eu-west-1"),
        Set.of("eu-west-1"),
        List.of(),
        Optional.of(List.of(global)),
        List.of());
  }

  private TopologyDocument stored() throws Exception {
    return TopologyDocument.parse(store.read().all().get("eu-west-1.json").content().bytes());
  }

  @Test
  void whatIsNewIsWrittenDownAndPushed() throws Exception {
    readings.add(reading(WEST, ""));
    Report report = sync.run(Trigger.schedule());

    assertThat(report.problems()).isEmpty();
    assertThat(report.taken()).isEqualTo(1);
    assertThat(stored()).isEqualTo(pushed.get(0));
    assertThat(stored().version()).isEqualTo(1);
    assertThat(stored().cause()).isEqualTo("schedule");
  }

  @Test
  void aKeyIsReplacedInAnyOrderWithoutAPushThatIsLost() throws Exception {
    String next = "the next key, which is also long enough";
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());

    // The function hears of it before the node does, and the node after it.
    keys = next + "\n" + KEY;
    assertThat(sync.run(Trigger.schedule()).taken()).isEqualTo(1);
    nodeKey = next;
    assertThat(sync.run(Trigger.schedule()).taken()).isEqualTo(1);
    keys = next;
    assertThat(sync.run(Trigger.schedule()).taken()).isEqualTo(1);
    assertThat(pushed).hasSize(4);

    keys = KEY;
    Report wrong = sync.run(Trigger.schedule());
    assertThat(wrong.taken()).isZero();
    assertThat(wrong.problems()).singleElement().asString().contains("HTTP 401");
  }

  @Test
  void keysThatCannotBeReadAreThoseOfBeforeIfThereWereAny() throws Exception {
    readings.add(reading(WEST, ""));
    keys = "";
    assertThatThrownBy(() -> sync.run(Trigger.schedule())).hasMessageContaining("is away");
    assertThat(stored().version()).as("nodes that are not told can read it").isEqualTo(1);
    keys = "short\nshorter";
    assertThatThrownBy(() -> sync.run(Trigger.schedule()))
        .hasMessageContaining("at least 32")
        .hasMessageNotContaining("short");
    assertThat(pushed).isEmpty();
    keys = KEY;
    sync.run(Trigger.schedule());
    keys = "";
    Report report = sync.run(Trigger.schedule());
    assertThat(report.taken()).isEqualTo(1);
    assertThat(report.problems()).singleElement().asString().contains("is away");
  }

  @Test
  void aDocumentThatNoNodeWouldReadDoesNotTakeThePlaceOfTheLastOne() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    TopologyDocument good = stored();
    List<RdsServer> servers =
        IntStream.range(0, 2500)
            .mapToObj(
                number ->
                    new RdsServer(
                        "server-" + number,
                        Optional.of("server-" + number + ".abc.eu-west-1.rds.amazonaws.com"),
                        5432,
                        RdsRole.READER,
                        Optional.of("eu-west-1a"),
                        OptionalInt.of(1),
                        "available",
                        "available"))
            .toList();
    TopologyReading large =
        new TopologyReading(
            Instant.now(),
            List.of("eu-west-1"),
            Set.of("eu-west-1"),
            List.of(
                new TopologyCluster(
                    WEST,
                    "cluster-1",
                    List.of(),
                    "eu-west-1",
                    "west",
                    "aurora-postgresql",
                    "available",
                    Optional.empty(),
                    Optional.empty(),
                    5432,
                    servers,
                    WriteForwarding.UNKNOWN,
                    Instant.now())),
            Optional.of(List.of()),
            List.of());
    readings.clear();
    readings.add(large);

    assertThatThrownBy(() -> sync.run(EVENT))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("the one before stays")
        .hasMessageContaining("524,288");
    assertThat(stored()).isEqualTo(good);
    assertThat(pushed).hasSize(1);
  }

  @Test
  void aDuplicateOfAnEventChangesNothingAndTellsNobody() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    readings.clear();
    readings.add(reading(EAST, ""));

    Report first = sync.run(EVENT);
    Report second = sync.run(EVENT);

    assertThat(first.changes())
        .singleElement()
        .asString()
        .contains("writer's region", "eu-west-1 -> us-east-1");
    assertThat(second.changes()).isEmpty();
    assertThat(pushed).hasSize(2);
    assertThat(stored().version()).isEqualTo(2);
    assertThat(stored().cause()).isEqualTo("RDS-EVENT-0185");
  }

  @Test
  void theScheduleTellsAgainWhatNobodyShouldHaveMissed() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    sync.run(Trigger.schedule());
    assertThat(pushed).extracting(TopologyDocument::version).containsExactly(1L, 1L);
  }

  @Test
  void anEventIsAskedAboutAgainUntilRdsSaysWhatItWasAbout() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    readings.clear();
    readings.add(reading(WEST, ""));
    readings.add(reading(WEST, "switching-over"));
    readings.add(reading(EAST, ""));

    Report report = sync.run(EVENT);

    assertThat(report.asked()).isEqualTo(3);
    assertThat(slept).hasSize(2);
    assertThat(stored().globals().get(0).writerRegion()).contains("us-east-1");
    assertThat(pushed).hasSize(3);
  }

  /** A run that is held up between asking and writing, while another one does both. */
  @Test
  void whoAskedLaterIsNotOverwritten() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    answers =
        old -> {
          answers = reading -> new RegionAnswers(reading, Optional.empty());
          readings.clear();
          readings.add(reading(EAST, ""));
          try {
            assertThat(sync.run(EVENT).changes()).hasSize(1);
          } catch (SyncException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new RegionAnswers(old, Optional.empty());
        };

    assertThat(sync.run(EVENT).changes()).isEmpty();
    assertThat(stored().globals().get(0).writerRegion()).contains("us-east-1");
  }

  /**
   * No other run is under way: what is asked after it was written is newer, whatever clocks say.
   */
  @Test
  void aDocumentFromTheFutureKeepsNobodyFromTheTruth() throws Exception {
    readings.add(reading(WEST, "", Instant.now().plusSeconds(600)));
    sync.run(Trigger.schedule());
    TopologyDocument before = stored();
    readings.clear();
    readings.add(reading(EAST, ""));

    assertThat(sync.run(EVENT).changes()).hasSize(1);
    assertThat(stored().globals().get(0).writerRegion()).contains("us-east-1");
    assertThat(stored().follows(before)).as("for nodes, which go by when it was written").isTrue();
  }

  @Test
  void whatTheOwnRegionSaysIsToldBeforeOthersHaveAnswered() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    readings.clear();
    readings.add(reading(EAST, ""));
    List<Integer> toldBefore = new ArrayList<>();
    answers =
        own ->
            new RegionAnswers(
                own,
                Optional.of(
                    () -> {
                      toldBefore.add(pushed.size());
                      return own;
                    }));

    Report report = sync.run(EVENT);

    assertThat(toldBefore).containsExactly(2);
    assertThat(report.changes()).hasSize(1);
    assertThat(pushed).as("others had nothing to add").hasSize(2);
  }

  /** Its own API is lost, and another region's answers. */
  @Test
  void whatOnlyOthersSayIsToldTo() throws Exception {
    TopologyReading nothing =
        new TopologyReading(
            Instant.now(), List.of("eu-west-1"), Set.of(), List.of(), Optional.empty(), List.of());
    readings.add(nothing);
    answers = own -> new RegionAnswers(own, Optional.of(() -> reading(WEST, "")));

    assertThat(sync.run(Trigger.schedule()).taken()).isEqualTo(1);
    assertThat(pushed).hasSize(1);
  }

  @Test
  void ofTwoWhoWriteAtTheSameTimeNeitherLosesWhatTheOtherSaid() throws Exception {
    ConfigSync racing =
        new ConfigSync(
            () -> answers.apply(reading(EAST, "")),
            new TopologyStore(new RacedStore(), "eu-west-1"),
            OtherRegionsTest.nowhere(),
            () -> new NodeEndpoint.Found(List.of(), List.of()),
            new Pusher(Clock.systemUTC()),
            new PushKeys(this::keys),
            new ConfigSync.Settling(Duration.ZERO, 1, slept::add),
            Clock.systemUTC());

    racing.run(EVENT);

    assertThat(stored().version()).isEqualTo(2);
    assertThat(stored().globals().get(0).writerRegion()).contains("us-east-1");
  }

  /** Somebody else writes between the first reading of the store and the first writing. */
  private final class RacedStore implements DocumentStore {
    private boolean raced;

    @Override
    public StoreLocation location() {
      return store.location();
    }

    @Override
    public dev.heimdall.secrets.Documents read() throws dev.heimdall.secrets.StoreException {
      return store.read();
    }

    @Override
    public Optional<dev.heimdall.secrets.Documents> readIfChanged(
        dev.heimdall.secrets.Documents known) throws dev.heimdall.secrets.StoreException {
      return store.readIfChanged(known);
    }

    @Override
    public dev.heimdall.secrets.Documents write(List<Change> changes)
        throws dev.heimdall.secrets.StoreException {
      if (!raced) {
        raced = true;
        TopologyDocument other =
            TopologyDocument.none("eu-west-1").next(reading(WEST, ""), "the other one");
        TopologyDocument early =
            new TopologyDocument(
                other.source(),
                1,
                Instant.EPOCH,
                other.cause(),
                other.regions(),
                other.clusters(),
                other.globals());
        store.write(List.of(Change.create("eu-west-1.json", Content.of(early.json()))));
      }
      return store.write(changes);
    }

    @Override
    public void close() {}
  }

  @Test
  void aBrokenDocumentIsSaidAndWrittenAnew() throws Exception {
    store.write(List.of(Change.create("eu-west-1.json", Content.of("no document"))));
    readings.add(reading(WEST, ""));

    Report report = sync.run(Trigger.schedule());

    assertThat(report.problems()).singleElement().asString().contains("is broken: $: no JSON");
    assertThat(stored().globals()).hasSize(1);
  }

  @Test
  void nothingTheNodesSayOrFailToSayStopsTheRun() throws Exception {
    readings.add(reading(WEST, ""));
    status = 403;
    whereTroubles =
        List.of(
            new AwsTrouble(
                AwsTrouble.Kind.DENIED, "ec2:DescribeInstances", "UnauthorizedOperation"));

    Report report = sync.run(Trigger.schedule());

    assertThat(report.taken()).isZero();
    assertThat(report.problems())
        .anySatisfy(
            problem ->
                assertThat(problem).contains("the permission ec2:DescribeInstances is missing"))
        .anySatisfy(problem -> assertThat(problem).contains("i-1", "HTTP 403", "so it is"));
    assertThat(stored().version()).isEqualTo(1);
  }

  @Test
  void aRunThatLearnsNothingFailsAndLeavesEverythingAsItWas() throws Exception {
    readings.add(reading(WEST, ""));
    sync.run(Trigger.schedule());
    readings.clear();
    readings.add(
        new TopologyReading(
            Instant.now(),
            List.of("eu-west-1"),
            Set.of(),
            List.of(),
            Optional.empty(),
            List.of(
                new AwsTrouble(
                    AwsTrouble.Kind.DENIED, "rds:DescribeGlobalClusters", "AccessDenied"))));

    assertThatThrownBy(() -> sync.run(EVENT))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("the permission rds:DescribeGlobalClusters is missing");
    assertThat(stored().globals()).hasSize(1);
  }

  @Test
  void anEventThatChangesNothingOfATopologyIsNotAskedAbout() throws Exception {
    Report report =
        sync.run(
            new Trigger(
                Trigger.Kind.UNRELATED, Optional.empty(), "RDS-EVENT-0001", Optional.empty()));
    assertThat(report.asked()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'source':'aws.rds','time':'2026-11-20T10:00:00Z','detail':{'EventID':'RDS-EVENT-0185'}} | EVENT",
        "{'source':'aws.rds','detail':{'EventID':'RDS-EVENT-0238'}} | EVENT",
        "{'source':'aws.rds','detail':{'EventID':'RDS-EVENT-0001'}} | UNRELATED",
        "{'source':'aws.rds','detail':{'EventID':'../etc'}} | UNRELATED",
        "{'source':'aws.rds'} | UNRELATED",
        "{'source':'aws.events','detail-type':'Scheduled Event'} | SCHEDULE",
        "{} | SCHEDULE"
      })
  void whatEventBridgeDelivers(String json, Trigger.Kind kind) throws Exception {
    JsonNode event = new ObjectMapper().readTree(json.replace('\'', '"'));
    assertThat(Trigger.of(event).kind()).isEqualTo(kind);
  }

  @Test
  void theEnvironmentIsReadWholeBeforeItIsComplainedAbout() {
    assertThatThrownBy(
            () ->
                SyncSettings.of(
                    Map.of(
                        "HEIMDALL_STOR",
                        "s3://x",
                        "HEIMDALL_KEY",
                        "short",
                        "HEIMDALL_MEMBER_REGIONS",
                        "no",
                        "HEIMDALL_OTHER_STORES",
                        "s3://UPPER",
                        "HEIMDALL_PUSH_REGIONS",
                        "us-east",
                        "PATH",
                        "/bin")))
        .hasMessageContaining("HEIMDALL_STOR is not known")
        .hasMessageContaining("HEIMDALL_MEMBER_REGIONS is neither ask nor leave: no")
        .hasMessageContaining("HEIMDALL_OTHER_STORES: \"s3://UPPER\" is no place")
        .hasMessageContaining("HEIMDALL_PUSH_REGIONS names us-east, which is no region")
        .hasMessageContaining("AWS_REGION is not set")
        .hasMessageContaining("HEIMDALL_FLEET is not set")
        .hasMessageContaining("at least 32 characters");
    SyncSettings right =
        SyncSettings.of(
            Map.of(
                "AWS_REGION", "eu-west-1",
                "HEIMDALL_STORE", "s3://bucket/topology",
                "HEIMDALL_FLEET", "shop",
                "HEIMDALL_KEY", KEY,
                "HEIMDALL_REGIONS", "us-east-1, eu-central-1",
                "HEIMDALL_PUSH_REGIONS", "eu-west-1,us-east-1",
                "HEIMDALL_OTHER_STORES",
                    "s3://west/topology?region=us-east-1 s3://east/t?region=eu-central-1 eu-west-1"
                        + ",eu-north-1"));
    assertThat(right.regions()).containsExactlyInAnyOrder("us-east-1", "eu-central-1");
    assertThat(right.members()).isTrue();
    assertThat(right.pushes()).containsExactly("us-east-1");
    assertThat(right.stores())
        .map(Object::toString)
        .containsExactly("s3://west/topology", "s3://east/t");
    assertThat(right.storeRegions()).containsExactly("eu-north-1");
    assertThat(right.port()).isEqualTo(5059);
    assertThat(right.toString()).doesNotContain(KEY);
  }

  @Test
  void theFunctionWarmsItselfAlsoWhenNobodyAnswers() {
    System.setProperty("aws.accessKeyId", "testing");
    System.setProperty("aws.secretAccessKey", "testing");
    try {
      Function.of(
              SyncSettings.of(
                  Map.of(
                      "AWS_REGION", "eu-west-1",
                      "HEIMDALL_STORE", directory.toString(),
                      "HEIMDALL_FLEET", "shop",
                      "HEIMDALL_KEY", KEY,
                      "HEIMDALL_RDS_ENDPOINT", "http://127.0.0.1:1",
                      "HEIMDALL_EC2_ENDPOINT", "http://127.0.0.1:1")))
          .prime();
      assertThat(directory).isEmptyDirectory();
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  /** What is not loaded before the snapshot is loaded in the first run, which events wait for. */
  @Test
  void warmingUpUsesEveryClientThatARunUses() throws Exception {
    Set<String> asked = ConcurrentHashMap.newKeySet();
    HttpServer aws = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    aws.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
          asked.add(
              target != null
                  ? target
                  : body.contains("Action=")
                      ? body.replaceAll("(?s).*Action=(\\w+).*", "$1")
                      : exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(403, -1);
          exchange.close();
        });
    aws.start();
    String endpoint = "http://127.0.0.1:" + aws.getAddress().getPort();
    System.setProperty("aws.accessKeyId", "testing");
    System.setProperty("aws.secretAccessKey", "testing");
    try {
      Function.of(
              SyncSettings.of(
                  Map.of(
                      "AWS_REGION",
                      "eu-west-1",
                      "HEIMDALL_STORE",
                      "s3://fleet/topology?region=eu-west-1&endpoint=" + endpoint,
                      "HEIMDALL_FLEET",
                      "shop",
                      "HEIMDALL_KEY_SECRET",
                      "push-key",
                      "HEIMDALL_RDS_ENDPOINT",
                      endpoint,
                      "HEIMDALL_EC2_ENDPOINT",
                      endpoint,
                      "HEIMDALL_SECRETS_ENDPOINT",
                      endpoint)))
          .prime();
      assertThat(asked)
          .contains(
              "DescribeGlobalClusters",
              "DescribeInstances",
              "secretsmanager.GetSecretValue",
              "GET /fleet");
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
      aws.stop(0);
    }
  }

  @Test
  void aRunIsALineOfMetrics() throws Exception {
    Report report =
        new Report("RDS-EVENT-0185", 7, List.of("a change"), 2, 3, 2, List.of("not told: i-3"));
    JsonNode line =
        new ObjectMapper()
            .readTree(new Metrics("eu-west-1").line(report, 1200, false, Instant.EPOCH));
    assertThat(line.at("/_aws/CloudWatchMetrics/0/Namespace").asText()).isEqualTo("Heimdall");
    assertThat(line.at("/_aws/CloudWatchMetrics/0/Dimensions/0/0").asText()).isEqualTo("Region");
    assertThat(line.at("/_aws/CloudWatchMetrics/0/Metrics")).hasSize(7);
    assertThat(line.get("ConfigSyncNodesNotTold").asInt()).isEqualTo(1);
    assertThat(line.get("ConfigSyncLag").asInt()).isEqualTo(1200);
    assertThat(line.get("problems").get(0).asText()).isEqualTo("not told: i-3");
  }
}
