package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.W;
import static dev.heimdall.engine.route.Clusters.node;
import static dev.heimdall.engine.route.Clusters.replica;
import static dev.heimdall.engine.route.Clusters.writer;
import static dev.heimdall.engine.topology.TopologyNodes.weighing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.model.BalanceBy;
import dev.heimdall.model.BalanceSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.NodeRole;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LoopBalancerTest {
  private static final String ALL = "jdbc:postgresql://${readers}/${database}";
  private static final String EACH = "jdbc:postgresql://${reader}/${database}";
  private static final long SECOND = 1_000_000_000;
  private static final int TIMES = 20_000;
  static final DataSource SOURCE =
      PoolSources.source("source", "jdbc:postgresql://w", ClusterSettings.defaults());

  private final Random random = new Random(7);
  private final Topology three = Clusters.of(writer(1), replica(R1, 1), replica(R2, 1));

  private static Driver driver(String readerUrl) {
    return new Driver("d", ALL + "?targetServerType=primary", readerUrl, Optional.empty());
  }

  private static BalanceSettings settings(BalanceBy by, boolean metrics, int ejectAfter) {
    return new BalanceSettings(
        by,
        metrics,
        2,
        Duration.ofSeconds(10),
        ejectAfter,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }

  private LoopBalancer balancer(BalanceSettings settings, String readerUrl, Topology topology) {
    LoopBalancer balancer = new LoopBalancer(settings, random::nextDouble);
    balancer.follow(topology, ReadPlan.of(driver(readerUrl), SOURCE, topology), 0);
    return balancer;
  }

  private LoopBalancer byWeight(String readerUrl, Topology topology) {
    return balancer(settings(BalanceBy.WEIGHT, false, 0), readerUrl, topology);
  }

  private static double[] shares(LoopBalancer balancer, long eligible, long now, int nodes) {
    double[] shares = new double[nodes];
    for (int i = 0; i < TIMES; i++) {
      shares[balancer.choose(eligible, 0, now)] += 1.0 / TIMES;
    }
    return shares;
  }

  @Test
  void readersShareByTheirWeightsAndAWriterHasATenthOfAReplicasShare() {
    double[] shares = shares(byWeight(EACH, three), 0b111, 0, 3);

    assertThat(shares[0]).isCloseTo(1.0 / 21, within(0.01));
    assertThat(shares[1]).isCloseTo(10.0 / 21, within(0.02));
  }

  @Test
  void weightsOfTheConfigurationGoBeforeThoseOfTheDriver() {
    Topology topology =
        Clusters.of(weighing(writer(1), 0), weighing(replica(R1, 1), 30), replica(R2, 1));

    double[] shares = shares(byWeight(EACH, topology), 0b111, 0, 3);

    assertThat(shares[0]).isZero();
    assertThat(shares[1]).isCloseTo(0.75, within(0.02));
    assertThat(byWeight(EACH, topology).choose(0b001, 0, 0)).isEqualTo(LoopBalancer.NOBODY);
  }

  @Test
  void nearServersComeFirstAndOthersWhereNoneOfThemMayAnswerOrAllArePutAside() {
    String preferring = ALL + "?targetServerType=preferSecondary&loadBalanceHosts=true";
    LoopBalancer balancer =
        balancer(settings(BalanceBy.LEAST_OUTSTANDING, false, 1), preferring, three);

    for (int i = 0; i < 50; i++) {
      assertThat(balancer.choose(0b111, 0b100, 0)).isEqualTo(2);
      assertThat(balancer.choose(0b111, 0b101, 0)).as("its replica").isEqualTo(2);
      assertThat(balancer.choose(0b111, 0b001, 0)).as("a writer that is near").isZero();
      assertThat(balancer.choose(0b011, 0b100, 0)).as("it is not fresh enough").isEqualTo(1);
    }
    assertThat(shares(balancer, 0b111, 0, 3)[1]).as("all alike").isCloseTo(0.5, within(0.1));
    balancer.began(R2);
    balancer.failed(R2, 0);
    assertThat(balancer.choose(0b111, 0b100, 0)).isEqualTo(1);
  }

  @Test
  void secondariesArePreferredAndAWriterStandsInForThem() {
    LoopBalancer balancer =
        byWeight(ALL + "?targetServerType=preferSecondary&loadBalanceHosts=true", three);

    double[] shares = shares(balancer, 0b111, 0, 3);
    assertThat(shares[0]).isZero();
    assertThat(shares[1]).isCloseTo(0.5, within(0.02));
    assertThat(balancer.choose(0b001, 0, 0)).isZero();
  }

  @Test
  void aListThatIsNotSpreadHasAnOrder() {
    LoopBalancer balancer = byWeight(ALL + "?targetServerType=secondary", three);

    assertThat(balancer.choose(0b111, 0, 0)).isEqualTo(1);
    assertThat(balancer.choose(0b101, 0, 0)).isEqualTo(2);
    assertThat(balancer.choose(0b001, 0, 0)).isEqualTo(LoopBalancer.NOBODY);
    assertThat(balancer.choose(0, 0, 0)).isEqualTo(LoopBalancer.NOBODY);
  }

  private void began(LoopBalancer balancer) {
    balancer.began(three.nodes().get(balancer.choose(0b110, 0, 0)).address());
  }

  @Test
  void whoHasLessToDoIsChosen() {
    LoopBalancer balancer =
        balancer(
            settings(BalanceBy.LEAST_OUTSTANDING, false, 0),
            ALL + "?targetServerType=secondary&loadBalanceHosts=true",
            three);
    for (int i = 0; i < 1000; i++) {
      began(balancer);
    }

    assertThat(Math.abs(balancer.outstanding(R1) - balancer.outstanding(R2)))
        .isLessThanOrEqualTo(10);
    for (int i = 0; i < 400; i++) {
      balancer.ended(R1, 1, 0);
    }
    for (int i = 0; i < 200; i++) {
      began(balancer);
    }
    assertThat(balancer.outstanding(R1)).isGreaterThan(200);
  }

  @Test
  void whatIsTakenBackCountsNeitherAsWorkNorAsAnAnswerNorAsAFailure() {
    LoopBalancer balancer = balancer(settings(BalanceBy.WEIGHT, true, 1), EACH, three);
    for (int i = 0; i < 8; i++) {
      balancer.ended(R2, 1, 1);
      balancer.began(R1);
      balancer.withdrawn(R1);
    }

    assertThat(balancer.outstanding(R1)).isZero();
    assertThat(shares(balancer, 0b110, 2, 3)[1]).isCloseTo(0.5, within(0.02));
  }

  @Test
  void aReaderThatIsMoreThanTwiceAsSlowIsLeftOutUntilItIsForgotten() {
    LoopBalancer balancer = balancer(settings(BalanceBy.WEIGHT, true, 0), EACH, three);
    for (int i = 0; i < 8; i++) {
      balancer.ended(R1, 1000, 1);
      balancer.ended(R2, 2001, 1);
    }

    assertThat(shares(balancer, 0b110, 2, 3)[2]).isZero();
    assertThat(balancer.choose(0b100, 0, 2)).isEqualTo(2);
    assertThat(shares(balancer, 0b110, 11 * SECOND, 3)[2]).isPositive();
  }

  @Test
  void aReaderThatIsTwiceAsSlowIsUsed() {
    LoopBalancer balancer = balancer(settings(BalanceBy.WEIGHT, true, 0), EACH, three);
    for (int i = 0; i < 8; i++) {
      balancer.ended(R1, 1000, 1);
      balancer.ended(R2, 2000, 1);
    }

    assertThat(shares(balancer, 0b110, 2, 3)[2]).isCloseTo(0.5, within(0.02));
  }

  @Test
  void aReaderThatFailsIsPutAsideAndReturnsSlowly() {
    LoopBalancer balancer = balancer(settings(BalanceBy.WEIGHT, false, 3), EACH, three);
    for (int i = 0; i < 3; i++) {
      assertThat(shares(balancer, 0b110, 0, 3)[1]).isPositive();
      balancer.failed(R1, 0);
    }

    assertThat(shares(balancer, 0b110, 10 * SECOND - 1, 3)[1]).isZero();
    assertThat(shares(balancer, 0b110, 10 * SECOND, 3)[1]).isCloseTo(0.1 / 1.1, within(0.02));
    assertThat(shares(balancer, 0b110, 15 * SECOND, 3)[1]).isCloseTo(0.55 / 1.55, within(0.02));
    assertThat(shares(balancer, 0b110, 20 * SECOND, 3)[1]).isCloseTo(0.5, within(0.02));
  }

  private static void failThrice(LoopBalancer balancer, long at) {
    for (int i = 0; i < 3; i++) {
      balancer.failed(R1, at);
    }
  }

  @Test
  void whoFailsAgainIsPutAsideForLongerAndThatDecays() {
    LoopBalancer balancer = balancer(settings(BalanceBy.WEIGHT, false, 3), EACH, three);
    failThrice(balancer, 0);
    shares(balancer, 0b110, 10 * SECOND, 3);
    failThrice(balancer, 11 * SECOND);
    assertThat(shares(balancer, 0b110, 30 * SECOND, 3)[1]).isZero();
    assertThat(shares(balancer, 0b110, 31 * SECOND, 3)[1]).isPositive();

    failThrice(balancer, 32 * SECOND);
    assertThat(shares(balancer, 0b110, 61 * SECOND, 3)[1]).isZero();
    assertThat(shares(balancer, 0b110, 62 * SECOND, 3)[1]).isPositive();

    failThrice(balancer, 200 * SECOND);
    assertThat(shares(balancer, 0b110, 209 * SECOND, 3)[1]).isZero();
    assertThat(shares(balancer, 0b110, 210 * SECOND, 3)[1]).isPositive();
  }

  @Test
  void whoComesBackBeginsSlowly() {
    LoopBalancer balancer = byWeight(EACH, three);
    Topology without =
        new Topology(
            2,
            java.util.List.of(
                writer(1), node(R1, NodeRole.REPLICA, NodeState.DOWN, 1, 0, 0, 0), replica(R2, 1)));
    balancer.follow(without, ReadPlan.of(driver(EACH), SOURCE, without), SECOND);
    balancer.follow(three, ReadPlan.of(driver(EACH), SOURCE, three), 2 * SECOND);

    assertThat(shares(balancer, 0b110, 2 * SECOND, 3)[1]).isCloseTo(0.1 / 1.1, within(0.02));
    assertThat(shares(balancer, 0b110, 12 * SECOND, 3)[1]).isCloseTo(0.5, within(0.02));
  }

  @Test
  void ofThoseThatMayAnswerOneIsAlwaysChosenWhateverHappened() {
    for (String url :
        java.util.List.of(
            EACH, ALL + "?loadBalanceHosts=true", ALL + "?targetServerType=preferSecondary")) {
      for (BalanceBy by : BalanceBy.values()) {
        LoopBalancer balancer = balancer(settings(by, true, 2), url, three);
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
          now += random.nextInt(1_000_000_000);
          long eligible = 1 + random.nextInt(7);
          int chosen = balancer.choose(eligible, 0, now);
          assertThat(chosen).isNotEqualTo(LoopBalancer.NOBODY);
          assertThat(eligible & 1L << chosen).isNotZero();
          balancer.began(three.nodes().get(chosen).address());
          if (random.nextInt(3) == 0) {
            balancer.failed(three.nodes().get(chosen).address(), now);
          } else {
            balancer.ended(three.nodes().get(chosen).address(), 1 + random.nextInt(10_000), now);
          }
        }
        assertThat(balancer.outstanding(W)).isZero();
      }
    }
  }

  @Test
  void writesGoToTheWriterAndNowhereElse() {
    Driver driver = driver(ALL);
    assertThat(ReadPlan.writer(driver, SOURCE, three)).contains(W);
    Topology none = Clusters.of(replica(R1, 1), replica(R2, 1));
    assertThat(ReadPlan.writer(driver, SOURCE, none)).isEmpty();
    Driver endpoint = new Driver("d", "jdbc:postgresql://${writeEndpoint}", ALL, Optional.empty());
    assertThat(ReadPlan.writer(endpoint, SOURCE, none)).contains(W);
  }
}
