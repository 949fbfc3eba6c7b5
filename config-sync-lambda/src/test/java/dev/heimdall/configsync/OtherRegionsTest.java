package dev.heimdall.configsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.Ec2Query;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RegionAnswers;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.routing.sdk.AwsTimeouts;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.OneDocument;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What a region says arrives in others, as far as they can be reached. */
class OtherRegionsTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String NAME = "eu-west-1.json";

  /** No machine names a store. */
  private static final OtherRegions.Opener NONE =
      (location, region) -> {
        throw new IllegalStateException(location);
      };

  @TempDir private Path directory;

  private final List<String> pushed = new CopyOnWriteArrayList<>();
  private final Pusher pusher = new Pusher(Clock.systemUTC());
  private HttpServer far;

  @BeforeEach
  void start() throws Exception {
    far = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    far.createContext(
        "/topology",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          pushed.add(new String(body, StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    far.start();
  }

  @AfterEach
  void stop() {
    far.stop(0);
  }

  private DocumentStore store(String name) throws Exception {
    return DocumentStore.open(StoreLocation.of(directory.resolve(name).toString()));
  }

  private TopologyDocument in(String name) throws Exception {
    try (DocumentStore store = store(name)) {
      return TopologyDocument.parse(store.read().all().get(NAME).content().bytes());
    }
  }

  private static TopologyReading reading() {
    return new TopologyReading(
        Instant.now(),
        List.of("eu-west-1"),
        Set.of("eu-west-1"),
        List.of(),
        Optional.of(List.of()),
        List.of());
  }

  /** One with nothing in other regions. */
  static OtherRegions nowhere() {
    return new OtherRegions(List.of(), List.of(), NONE, new Pusher(Clock.systemUTC()));
  }

  private OtherRegions written(TopologyStore... stores) {
    return new OtherRegions(List.of(stores), List.of(), NONE, pusher);
  }

  private static OtherRegions.Nodes pushed(String region, NodeEndpoint.Finder finder) {
    return new OtherRegions.Nodes(region, finder, false, true);
  }

  private Report run(OtherRegions elsewhere) throws Exception {
    try (DocumentStore own = store("own")) {
      return new ConfigSync(
              () -> new RegionAnswers(reading(), Optional.empty()),
              new TopologyStore(own, "eu-west-1"),
              elsewhere,
              () -> new NodeEndpoint.Found(List.of(), List.of()),
              pusher,
              new PushKeys(() -> KEY),
              new ConfigSync.Settling(Duration.ofMillis(1), 1, time -> {}),
              Clock.systemUTC())
          .run(Trigger.schedule());
    }
  }

  private NodeEndpoint node(String name) {
    return new NodeEndpoint(name, "127.0.0.1", far.getAddress().getPort());
  }

  @Test
  void storesAndNodesOfOtherRegionsHaveTheDocumentOfTheOwnOne() throws Exception {
    try (DocumentStore east = store("east");
        DocumentStore north = store("north")) {
      Report report =
          run(
              new OtherRegions(
                  List.of(
                      new TopologyStore(east, "eu-west-1"), new TopologyStore(north, "eu-west-1")),
                  List.of(
                      pushed(
                          "us-east-1",
                          () -> new NodeEndpoint.Found(List.of(node("i-east")), List.of()))),
                  NONE,
                  pusher));

      assertThat(report.problems()).isEmpty();
      assertThat(in("own").source()).isEqualTo("eu-west-1");
      assertThat(in("east")).isEqualTo(in("own"));
      assertThat(in("north")).isEqualTo(in("own"));
      assertThat(pushed).containsExactly(new String(in("own").json(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void whatIsThereAndNewerStays() throws Exception {
    try (DocumentStore east = store("east")) {
      TopologyDocument late =
          new TopologyDocument(
              "eu-west-1",
              9,
              Instant.now().plusSeconds(3600),
              "schedule",
              List.of(),
              List.of(),
              List.of());
      new OneDocument(east, NAME).write(Content.of(late.json()), Optional.empty());

      Report report = run(written(new TopologyStore(east, "eu-west-1")));

      assertThat(report.problems()).isEmpty();
      assertThat(in("east")).isEqualTo(late);
      assertThat(in("own").version()).isEqualTo(1);
    }
  }

  @Test
  void anotherRegionsOwnDocumentIsLeftAlone() throws Exception {
    try (DocumentStore east = store("east")) {
      TopologyDocument theirs = TopologyDocument.none("us-east-1").next(reading(), "schedule");
      new OneDocument(east, "us-east-1.json").write(Content.of(theirs.json()), Optional.empty());

      run(written(new TopologyStore(east, "eu-west-1")));

      assertThat(east.read().contents().keySet()).containsExactly(NAME, "us-east-1.json");
      assertThat(TopologyDocument.parse(east.read().contents().get("us-east-1.json").bytes()))
          .isEqualTo(theirs);
    }
  }

  /** It would take 20 s with the limits of the own region's calls, and be called three times. */
  @Test
  @Timeout(15)
  void aSilentRegionIsGivenUpAndNamedAndHoldsUpNoOther() throws Exception {
    List<AutoCloseable> opened = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        DocumentStore east = store("east")) {
      DocumentStore lost =
          DocumentStore.open(
              StoreLocation.of(
                  "s3://lost/topology?region=us-west-2&endpoint=http://127.0.0.1:"
                      + silent.getLocalPort()),
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
              new AwsTimeouts(
                  AwsAccess.FAR, AwsAccess.FAR, Duration.ofSeconds(20), Duration.ofSeconds(20), 1));
      opened.add(lost);

      Report report =
          run(written(new TopologyStore(lost, "eu-west-1"), new TopologyStore(east, "eu-west-1")));

      assertThat(report.problems())
          .singleElement()
          .asString()
          .contains("not written to another region: s3://lost/topology cannot be read");
      assertThat(in("east")).isEqualTo(in("own"));
    } finally {
      for (AutoCloseable each : opened) {
        each.close();
      }
    }
  }

  @Test
  void nodesOfAnotherRegionThatAreNotReachedAreProblemsOfTheReportAndNoFailure() throws Exception {
    AwsTrouble trouble = new AwsTrouble(AwsTrouble.Kind.FAILED, "ec2:DescribeInstances", "silent");
    Report report =
        run(
            new OtherRegions(
                List.of(),
                List.of(
                    pushed("us-west-2", () -> new NodeEndpoint.Found(List.of(), List.of(trouble))),
                    pushed(
                        "us-east-1",
                        () ->
                            new NodeEndpoint.Found(
                                List.of(new NodeEndpoint("i-dead", "127.0.0.1", 1), node("i-east")),
                                List.of()))),
                NONE,
                pusher));

    assertThat(report.problems())
        .hasSize(2)
        .anySatisfy(said -> assertThat(said).startsWith("nodes in us-west-2 cannot be found"))
        .anySatisfy(said -> assertThat(said).startsWith("not told in us-east-1: i-dead at"));
    assertThat(pushed).hasSize(1);
    assertThat(report.nodes()).isZero();
  }

  /** A region with a machine that names a store. */
  private OtherRegions.Nodes withStore(boolean pushed) {
    return new OtherRegions.Nodes(
        "us-east-1",
        () ->
            new NodeEndpoint.Found(
                List.of(node("i-east")), Set.of("s3://east/topology"), List.of()),
        true,
        pushed);
  }

  @Test
  void theStoreThatTheMachinesOfARegionNameHasTheDocumentToo() throws Exception {
    List<String> opened = new CopyOnWriteArrayList<>();
    try (DocumentStore east = store("east")) {
      OtherRegions elsewhere =
          new OtherRegions(
              List.of(),
              List.of(withStore(false)),
              (location, region) -> {
                opened.add(location + " " + region);
                return new TopologyStore(east, "eu-west-1");
              },
              pusher);

      assertThat(run(elsewhere).problems()).isEmpty();
      assertThat(in("east")).isEqualTo(in("own"));
      run(elsewhere);

      assertThat(opened).containsExactly("s3://east/topology us-east-1");
      assertThat(pushed).isEmpty();
    }
  }

  @Test
  void aStoreThatCannotBeOpenedIsAProblemOfTheReport() throws Exception {
    Report report =
        run(
            new OtherRegions(
                List.of(),
                List.of(withStore(true)),
                (location, region) -> {
                  throw StoreException.corrupt(location + " is no place");
                },
                pusher));

    assertThat(report.problems())
        .containsExactly("not written to another region: s3://east/topology is no place");
    assertThat(pushed).hasSize(1);
  }

  /** Twice each, they would keep the run for as long again. */
  @Test
  @Timeout(15)
  void nodesThatAreSilentAreTriedOnce() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Pusher.Outcome outcome =
          Pusher.far(Clock.systemUTC())
              .push(
                  new byte[] {1},
                  List.of(new NodeEndpoint("i-far", "127.0.0.1", silent.getLocalPort())),
                  PushSignature.all(KEY));

      assertThat(outcome.failures()).singleElement().asString().startsWith("i-far at 127.0.0.1");
      silent.accept().close();
      silent.setSoTimeout(1);
      assertThatThrownBy(silent::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  /** The API of a region that is lost, or that no way leads to. */
  @Test
  @Timeout(15)
  void nodesOfASilentRegionAreNotLookedForAnyLongerThanASecond() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Ec2Query far =
            Ec2Query.far(
                new AwsAccess(
                    "us-west-2",
                    Optional.of(URI.create("http://127.0.0.1:" + silent.getLocalPort())),
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
                    Duration.ofMinutes(1)))) {
      NodeEndpoint.Found found =
          new TaggedNodes(List.of(far), "heimdall:fleet", "shop", 5059).find();

      assertThat(found.doors()).isEmpty();
      assertThat(found.troubles()).hasSize(1);
    }
  }
}
