package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyDocumentTest {
  private static final Instant EARLY = Instant.parse("2026-11-20T10:00:00Z");
  private static final Instant LATE = Instant.parse("2026-11-20T10:00:05Z");
  private static final String WEST = "arn:aws:rds:eu-west-1:123456789012:cluster:shop-west";
  private static final String EAST = "arn:aws:rds:us-east-1:123456789012:cluster:shop-east";
  private static final String GLOBAL = "arn:aws:rds::123456789012:global-cluster:shop";

  private static RdsServer server(String name, RdsRole role) {
    return new RdsServer(
        name,
        Optional.of(name + ".abc.rds.amazonaws.com"),
        5432,
        role,
        Optional.of("a"),
        OptionalInt.of(1),
        "available",
        "available");
  }

  private static TopologyCluster cluster(String arn, Instant asked, RdsServer... servers) {
    String region = arn.split(":")[3];
    return new TopologyCluster(
        arn,
        "cluster-" + region,
        List.of(),
        region,
        arn.split(":")[6],
        "aurora-postgresql",
        "available",
        Optional.of("shop.cluster-abc." + region + ".rds.amazonaws.com"),
        Optional.empty(),
        5432,
        List.of(servers),
        WriteForwarding.UNKNOWN,
        asked);
  }

  private static TopologyCluster forwarding(TopologyCluster of, String local, String global) {
    return new TopologyCluster(
        of.arn(),
        of.resource(),
        of.formerly(),
        of.region(),
        of.name(),
        of.engine(),
        of.status(),
        of.endpoint(),
        of.readerEndpoint(),
        of.port(),
        of.servers(),
        new WriteForwarding(local, global),
        of.asked());
  }

  private static TopologyGlobal global(String writer, Instant asked) {
    return new TopologyGlobal(
        GLOBAL,
        "shop",
        "aurora-postgresql",
        "available",
        Optional.of("shop.global-abc.global.rds.amazonaws.com"),
        List.of(
            new TopologyGlobal.Member(WEST, WEST.equals(writer), "connected", "enabled"),
            new TopologyGlobal.Member(EAST, EAST.equals(writer), "")),
        Optional.empty(),
        asked);
  }

  private static final RdsServer[] WEST_SERVERS = {
    server("w1", RdsRole.WRITER), server("w2", RdsRole.READER)
  };
  private static final RdsServer[] EAST_SERVERS = {server("e1", RdsRole.WRITER)};
  private static final TopologyCluster WEST_NOW = cluster(WEST, EARLY, WEST_SERVERS);
  private static final TopologyCluster EAST_NOW = cluster(EAST, EARLY, EAST_SERVERS);

  private static TopologyReading reading(
      Instant at, Set<String> complete, List<TopologyCluster> clusters, TopologyGlobal... globals) {
    return new TopologyReading(
        at,
        List.of("eu-west-1", "us-east-1"),
        complete,
        clusters,
        Optional.of(List.of(globals)),
        List.of());
  }

  private static final Set<String> BOTH = Set.of("eu-west-1", "us-east-1");

  private static final TopologyDocument FIRST =
      TopologyDocument.none("eu-west-1")
          .next(reading(EARLY, BOTH, List.of(WEST_NOW, EAST_NOW), global(WEST, EARLY)), "schedule");

  private static List<String> changes(TopologyDocument after) {
    return TopologyDiff.between(FIRST, after).changes().stream()
        .map(TopologyChange::toString)
        .toList();
  }

  @Test
  void aDocumentSurvivesItsJson() throws TopologyException {
    TopologyDocument whole =
        new TopologyDocument(
            "eu-west-1",
            3,
            LATE,
            "RDS-EVENT-0185",
            List.of("eu-west-1"),
            List.of(WEST_NOW.formerly(List.of("arn:aws:rds:eu-west-1:123456789012:cluster:old"))),
            List.of(
                new TopologyGlobal(
                    GLOBAL,
                    "shop",
                    "aurora-postgresql",
                    "switching-over",
                    Optional.empty(),
                    global(WEST, EARLY).members(),
                    Optional.of(new TopologyGlobal.Failover("switching-over", WEST, EAST, false)),
                    EARLY)));

    assertThat(TopologyDocument.parse(whole.json())).isEqualTo(whole);
    TopologyDocument forwarding =
        FIRST.next(reading(LATE, BOTH, List.of(forwarding(WEST_NOW, "enabling", "disabled"))), "x");
    assertThat(TopologyDocument.parse(forwarding.json())).isEqualTo(forwarding);
    assertThat(TopologyDocument.parse(FIRST.json())).isEqualTo(FIRST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"schema\" : 1        | \"schema\" : 2                  | $.schema: 2; this version reads"
            + " 1",
        "\"role\" : \"WRITER\" | \"role\" : \"KING\"             | $.clusters[0].servers[0].role:"
            + " none of",
        "\"port\" : 5432       | \"port\" : 70000                | .port: not within 0..65535",
        "\"port\" : 5432       | \"port\" : \"5432\"             | .port: of the wrong type",
        "\"name\" : \"w1\"     | \"name\" : \"w1\\u0000x\"       | .name: no text that RDS gives",
        "\"name\" : \"w1\"     | \"n\" : \"w1\"                  | $.clusters[0].servers[0].name:"
            + " missing",
        "\"written\" : \"20    | \"written\" : \"next 20         | $.written: no time",
        "\"globals\" : [       | \"globals\" : [ 7,              | $.globals[0]: no object",
        "{                     | [                               | $: no JSON, line"
      })
  void whatIsWrongIsSaidWithItsPlace(String part, String instead, String message) {
    String text = new String(FIRST.json(), StandardCharsets.UTF_8);
    assertThat(text).contains(part);
    byte[] broken =
        text.replaceFirst(
                java.util.regex.Pattern.quote(part),
                java.util.regex.Matcher.quoteReplacement(instead))
            .getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> TopologyDocument.parse(broken))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aDocumentThatIsTooLongIsNotRead() {
    assertThatThrownBy(() -> TopologyDocument.parse(new byte[TopologyDocument.LONGEST + 1]))
        .hasMessageContaining("longer than");
  }

  /** RDS asks for fewer calls between two pages of instances. */
  @Test
  void replicasOfAnInstanceThatAreOnAMissingPageAreNotGone() {
    String instance = "arn:aws:rds:eu-west-1:123456789012:db:solo";
    RdsServer source = server("solo", RdsRole.WRITER);
    RdsServer replica = server("solo-replica", RdsRole.READER);
    TopologyDocument before =
        TopologyDocument.none("eu-west-1")
            .next(
                reading(EARLY, BOTH, List.of(cluster(instance, EARLY, source, replica))),
                "schedule");
    TopologyCluster part = cluster(instance, LATE, source);

    assertThat(
            before
                .next(reading(LATE, Set.of(), List.of(part)), "x")
                .told(instance)
                .orElseThrow()
                .servers())
        .containsExactly(source, replica);
    assertThat(
            before
                .next(reading(LATE, BOTH, List.of(part)), "x")
                .told(instance)
                .orElseThrow()
                .servers())
        .containsExactly(source);
  }

  @Test
  void theSameReadingIsNoChange() {
    TopologyDocument again =
        FIRST.next(
            reading(
                LATE,
                BOTH,
                List.of(cluster(EAST, LATE, EAST_SERVERS), cluster(WEST, LATE, WEST_SERVERS)),
                global(WEST, LATE)),
            "schedule");

    assertThat(TopologyDiff.between(FIRST, again).isEmpty()).isTrue();
    assertThat(again.version()).isEqualTo(2);
  }

  @Test
  void aRegionThatDidNotAnswerStaysAsItWas() {
    TopologyDocument next =
        FIRST.next(reading(LATE, Set.of("us-east-1"), List.of(EAST_NOW), global(WEST, LATE)), "x");
    assertThat(next.cluster(WEST)).contains(WEST_NOW);

    TopologyDocument gone = FIRST.next(reading(LATE, BOTH, List.of(EAST_NOW)), "x");
    assertThat(gone.cluster(WEST)).isEmpty();
    assertThat(changes(gone))
        .containsExactly(
            "cluster gone of " + WEST + ": shop-west is over",
            "global cluster gone of " + GLOBAL + ": shop is over");
  }

  @Test
  void addressesAreNotForgottenWhileInstancesAreNotTold() {
    RdsServer bare =
        new RdsServer(
            "w1",
            Optional.empty(),
            5432,
            RdsRole.READER,
            Optional.empty(),
            OptionalInt.of(0),
            "",
            "available");
    TopologyDocument next =
        FIRST.next(
            reading(LATE, Set.of(), List.of(cluster(WEST, LATE, bare)), global(WEST, LATE)), "x");

    assertThat(next.cluster(WEST).orElseThrow().servers())
        .singleElement()
        .satisfies(
            server -> {
              assertThat(server.host()).contains("w1.abc.rds.amazonaws.com");
              assertThat(server.role()).isEqualTo(RdsRole.READER);
            });
    assertThat(next.cluster(EAST)).contains(EAST_NOW);
  }

  @Test
  void aClusterIsKnownByTheNameThatItHadBefore() {
    String renamed = WEST + "-2";
    TopologyDocument next =
        FIRST.next(
            reading(
                LATE,
                BOTH,
                List.of(cluster(renamed, LATE, WEST_NOW.servers().get(0)), EAST_NOW),
                global(WEST, LATE)),
            "RDS-EVENT-0172");

    assertThat(next.told(WEST).orElseThrow().servers())
        .isEqualTo(next.told(renamed).orElseThrow().servers());
    assertThat(changes(next))
        .contains("cluster renamed of " + renamed + ": " + WEST + " -> " + renamed);
    // Also after the next one.
    TopologyDocument later =
        next.next(
            reading(LATE, BOTH, List.of(cluster(renamed, LATE), EAST_NOW), global(WEST, LATE)),
            "schedule");
    assertThat(later.cluster(WEST).orElseThrow().arn()).isEqualTo(renamed);
  }

  @Test
  void aGlobalClusterHasOneWriterAndTheServersOfAllItsRegions() {
    TopologyDocument.ReportedCluster told = FIRST.told(GLOBAL).orElseThrow();
    assertThat(told.servers())
        .extracting(RdsServer::name, RdsServer::role)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("w1", RdsRole.WRITER),
            org.assertj.core.groups.Tuple.tuple("w2", RdsRole.READER),
            org.assertj.core.groups.Tuple.tuple("e1", RdsRole.READER));
    assertThat(told.regions()).containsExactly("eu-west-1", "us-east-1");

    TopologyDocument over =
        FIRST.next(reading(LATE, BOTH, List.of(WEST_NOW, EAST_NOW), global(EAST, LATE)), "x");
    assertThat(over.told(GLOBAL).orElseThrow().servers())
        .filteredOn(server -> server.role() == RdsRole.WRITER)
        .extracting(RdsServer::name)
        .containsExactly("e1");
    assertThat(changes(over))
        .containsExactly("writer's region of " + GLOBAL + ": eu-west-1 -> us-east-1");
  }

  @Test
  void aLaterTruthFollowsWhateverItsNumber() {
    TopologyDocument late = FIRST.next(reading(LATE, BOTH, List.of(WEST_NOW, EAST_NOW)), "x");
    TopologyDocument anew =
        TopologyDocument.none("eu-west-1").next(reading(LATE.plusSeconds(1), BOTH, List.of()), "x");

    assertThat(late.follows(FIRST)).isTrue();
    assertThat(FIRST.follows(late)).isFalse();
    assertThat(FIRST.follows(FIRST)).isFalse();
    assertThat(anew.version()).isLessThan(late.version());
    assertThat(anew.follows(late)).isTrue();
    assertThat(late.follows(anew)).isFalse();
  }

  @Test
  void thereIsNoDocumentAfterThisOneWithoutNews() {
    TopologyReading same = reading(LATE, BOTH, List.of(WEST_NOW, EAST_NOW), global(WEST, EARLY));
    assertThat(FIRST.after(same, "x")).isEmpty();
    assertThat(FIRST.after(reading(EARLY.minusSeconds(1), BOTH, List.of()), "x"))
        .as("somebody knows more")
        .isEmpty();
    TopologyReading hourly =
        reading(
            EARLY.plus(TopologyDocument.REFRESHED),
            BOTH,
            List.of(WEST_NOW, EAST_NOW),
            global(WEST, EARLY));
    assertThat(FIRST.after(hourly, "x"))
        .as("whoever is silent can be told from whoever has no news")
        .isPresent();
    assertThat(FIRST.after(reading(LATE, BOTH, List.of(EAST_NOW), global(WEST, LATE)), "x"))
        .get()
        .extracting(TopologyDocument::version)
        .isEqualTo(2L);
    assertThat(TopologyDocument.none("x").after(reading(EARLY, BOTH, List.of()), "x"))
        .as("that there is nothing is news, too")
        .isPresent();
  }

  private static TopologyReading named(Instant at, String name, TopologyCluster... clusters) {
    return new TopologyReading(
        at,
        List.of("eu-west-1"),
        Set.of("eu-west-1"),
        List.of(clusters),
        Optional.empty(),
        List.of(),
        Optional.of(Set.of(new RdsName(name, true))),
        Map.of());
  }

  @Test
  void onlyWhatWasAskedForCanBeGone() {
    TopologyDocument gone = FIRST.next(named(LATE, "shop-west"), "x");
    assertThat(gone.clusters()).containsExactly(EAST_NOW);
    TopologyDocument other = FIRST.next(named(LATE, "shop-other"), "x");
    assertThat(other.clusters()).containsExactly(WEST_NOW, EAST_NOW);

    Instant hours = LATE.plusSeconds(7200);
    assertThat(FIRST.next(named(hours, "shop-other"), "x").clusters())
        .as("nobody has asked for the other one of this region in a long time")
        .containsExactly(EAST_NOW);
  }

  @Test
  void aGlobalClusterThatOtherNodesHaveAskedForStaysForAsLongAsAnyAnswer() {
    TopologyReading ofAnother =
        new TopologyReading(
            LATE,
            List.of("eu-west-1"),
            Set.of("eu-west-1"),
            List.of(),
            Optional.of(List.of()),
            List.of(),
            Optional.of(Set.of(new RdsName("other", true))),
            Map.of());
    assertThat(FIRST.next(ofAnother, "poll").globals()).isEqualTo(FIRST.globals());

    Instant old = LATE.plus(Duration.ofMinutes(31));
    TopologyReading later =
        new TopologyReading(
            old,
            ofAnother.regions(),
            ofAnother.complete(),
            List.of(),
            ofAnother.globals(),
            List.of(),
            ofAnother.names(),
            Map.of());
    assertThat(FIRST.next(later, "poll").globals()).isEmpty();
    assertThat(FIRST.next(reading(LATE, BOTH, List.of()), "schedule").globals())
        .as("whoever asks for all knows what is gone")
        .isEmpty();
  }

  @Test
  void aNameOfRdsIsThatOfAClusterOrOfOneOfItsInstances() {
    assertThat(FIRST.told(new RdsName("shop-west", true)).orElseThrow().servers())
        .containsExactly(WEST_SERVERS);
    assertThat(FIRST.told(new RdsName("w2", false)).orElseThrow().servers())
        .containsExactly(WEST_SERVERS);
    assertThat(FIRST.told(new RdsName("w2", true))).isEmpty();
    assertThat(FIRST.told(new RdsName("shop-west", false))).isEmpty();
  }

  @Test
  void writeForwardingThatIsTurnedOnOrOffIsNews() {
    TopologyDocument off =
        FIRST.next(
            reading(LATE, BOTH, List.of(forwarding(WEST_NOW, "disabled", ""), EAST_NOW)), "x");
    assertThat(changes(off)).noneMatch(change -> change.contains("write forwarding of"));
    TopologyDocument on =
        off.next(
            reading(LATE, BOTH, List.of(forwarding(WEST_NOW, "enabled", "enabling"), EAST_NOW)),
            "x");
    assertThat(changes(on))
        .contains("write forwarding of " + WEST + ": local enabled, global enabling");
    TopologyDocument unknown = on.next(reading(LATE, Set.of(), List.of(WEST_NOW, EAST_NOW)), "x");
    assertThat(unknown.cluster(WEST).orElseThrow().forwarding())
        .as("where only a part is told, what was known stays")
        .isEqualTo(new WriteForwarding("enabled", "enabling"));
  }

  @Test
  void ofAGlobalClusterEachMembersOwnRegionSaysItAndElseTheGlobalClustersAnswer() {
    TopologyDocument document =
        FIRST.next(
            reading(
                LATE,
                BOTH,
                List.of(forwarding(WEST_NOW, "disabled", ""), forwarding(EAST_NOW, "", "")),
                global(EAST, LATE)),
            "x");
    assertThat(MergedTopology.forwarding(GLOBAL, List.of(document)))
        .as("nothing is known of the other one")
        .hasToString("[eu-west-1 (local disabled, global enabled)]");
    assertThat(MergedTopology.forwarding(WEST, List.of(document)))
        .hasToString("[eu-west-1 (local disabled)]");
  }

  @Test
  void eachThingThatChangesIsNamedOnce() {
    TopologyCluster after =
        new TopologyCluster(
            WEST,
            "cluster-eu-west-1",
            List.of(),
            "eu-west-1",
            "shop-west",
            "aurora-postgresql",
            "failing-over",
            Optional.of("elsewhere"),
            Optional.of("readers"),
            5432,
            List.of(server("w1", RdsRole.READER), server("w3", RdsRole.WRITER)),
            WriteForwarding.UNKNOWN,
            LATE);
    TopologyGlobal switching =
        new TopologyGlobal(
            GLOBAL,
            "shop",
            "aurora-postgresql",
            "switching-over",
            Optional.empty(),
            List.of(new TopologyGlobal.Member(WEST, true, "connected")),
            Optional.of(new TopologyGlobal.Failover("failing-over", WEST, EAST, true)),
            LATE);

    TopologyDiff diff =
        TopologyDiff.between(
            FIRST,
            FIRST.next(reading(LATE, BOTH, List.of(after, EAST_NOW), switching), "RDS-EVENT-0181"));

    assertThat(diff.why()).isEqualTo("RDS-EVENT-0181");
    assertThat(diff.changes())
        .extracting(TopologyChange::kind)
        .containsExactly(
            TopologyChange.Kind.CLUSTER_STATUS,
            TopologyChange.Kind.CLUSTER_ENDPOINT,
            TopologyChange.Kind.WRITER,
            TopologyChange.Kind.SERVER_ADDED,
            TopologyChange.Kind.SERVER_GONE,
            TopologyChange.Kind.GLOBAL_STATUS,
            TopologyChange.Kind.GLOBAL_MEMBERS,
            TopologyChange.Kind.GLOBAL_FAILOVER);
    assertThat(diff.changes())
        .extracting(TopologyChange::toString)
        .contains(
            "writer of " + WEST + ": w1 -> w3",
            "server gone of " + WEST + ": w2 is over",
            "members of the global cluster of "
                + GLOBAL
                + ": "
                + WEST
                + " connected write forwarding enabled, "
                + EAST
                + " -> "
                + WEST
                + " connected",
            "switchover or failover of "
                + GLOBAL
                + ": failing-over from "
                + WEST
                + " to "
                + EAST
                + ", data may be lost");
  }

  @Test
  void aSignatureFitsWhatWasSignedAndNothingElse() {
    PushSignature signature = new PushSignature("0123456789abcdef0123456789abcdef");
    byte[] body = "body".getBytes(StandardCharsets.UTF_8);
    String signed = signature.of(EARLY, "nonce-1", body);
    String at = "" + EARLY.getEpochSecond();

    assertThat(signature.fits(at, "nonce-1", body, signed)).isTrue();
    assertThat(signature.fits(at + "0", "nonce-1", body, signed)).isFalse();
    assertThat(signature.fits(at, "nonce-2", body, signed)).isFalse();
    assertThat(signature.fits(at, "nonce-1", new byte[4], signed)).isFalse();
    assertThat(signature.fits(at, "nonce-1", body, "")).isFalse();
    assertThat(new PushSignature("0123456789abcdef0123456789abcdeX").of(EARLY, "nonce-1", body))
        .isNotEqualTo(signed);
    assertThatThrownBy(() -> new PushSignature("short")).hasMessageContaining("at least 32");
  }

  @Test
  void keysAreLinesOfATextTheNewestFirst() {
    String newest = "0123456789abcdef0123456789abcdef";
    String last = "fedcba9876543210fedcba9876543210";
    byte[] body = "body".getBytes(StandardCharsets.UTF_8);
    assertThat(PushSignature.all("\n " + newest + "\r\n" + last + "\n"))
        .extracting(key -> key.of(EARLY, "nonce-1", body))
        .containsExactly(
            new PushSignature(newest).of(EARLY, "nonce-1", body),
            new PushSignature(last).of(EARLY, "nonce-1", body));
    assertThat(PushSignature.all(newest)).hasSize(1);
    assertThatThrownBy(() -> PushSignature.all(" \n")).hasMessageContaining("not 0");
    assertThatThrownBy(() -> PushSignature.all(newest + "\n" + last + "\n" + last))
        .hasMessageContaining("not 3")
        .hasMessageNotContaining(newest);
  }

  @Test
  void eventsAreKnownByTheirNumber() {
    assertThat(RdsEvent.of("RDS-EVENT-0238")).contains(RdsEvent.GLOBAL_FAILOVER_COMPLETED);
    assertThat(RdsEvent.of("RDS-EVENT-9999")).isEmpty();
    assertThat(RdsEvent.ids()).doesNotHaveDuplicates().allMatch(id -> id.startsWith("RDS-EVENT-0"));
  }
}
