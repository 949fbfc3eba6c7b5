package dev.heimdall.engine.rds;

import dev.heimdall.engine.feed.FoundByDescription;
import dev.heimdall.engine.feed.StoredDocuments;
import dev.heimdall.engine.feed.TopologyStore;
import dev.heimdall.model.ApiUse;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.FoundCluster;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.GlobalPlace;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.ClusterDescription;
import dev.heimdall.routing.MisplacedCluster;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.routing.TopologyReader;
import dev.heimdall.routing.TopologyReading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Clusters that a configuration names by ARNs alone, looked up once.
 *
 * @param answers by the names of the data sources
 */
public record ArnLookUp(Map<String, Answer> answers) implements FoundClusters {
  public ArnLookUp {
    answers = Collections.unmodifiableMap(new TreeMap<>(answers));
  }

  /**
   * Result of the look-up for a data source.
   *
   * @param said where it was found, or why not
   */
  public record Answer(String arn, Optional<FoundCluster> found, String said) {}

  /**
   * Looks as a node does: in the documents of its store, else by the RDS API. Waits for the
   * network.
   *
   * @param patience how long a call may take
   */
  public static ArnLookUp of(Configuration configuration, Duration patience) {
    Optional<String> store = configuration.node().topology().store();
    List<TopologyDocument> documents = new ArrayList<>();
    Optional<String> trouble = store.flatMap(location -> read(location, documents));
    Map<String, Answer> answers = new TreeMap<>();
    configuration
        .byArn()
        .pending()
        .forEach(
            (name, source) -> {
              String arn = configuration.byArn().arns().get(name);
              if (arn != null) {
                answers.put(
                    name,
                    stored(source, arn, store, documents)
                        .orElseGet(
                            () ->
                                asked(
                                    source,
                                    arn,
                                    MisplacedCluster.of(arn, documents)
                                        .map(MisplacedCluster::toString)
                                        .orElseGet(() -> without(store, trouble)),
                                    patience)));
              }
            });
    return new ArnLookUp(answers);
  }

  @Override
  public Optional<FoundCluster> of(String source, String arn) {
    return Optional.ofNullable(answers.get(source)).flatMap(Answer::found);
  }

  /** Fault of the store, if there is any. */
  private static Optional<String> read(String location, List<TopologyDocument> documents) {
    try (TopologyStore topologies = new StoredDocuments(location)) {
      for (byte[] json : topologies.changed().values()) {
        documents.add(TopologyDocument.parse(json));
      }
      return Optional.empty();
    } catch (IOException | TopologyException | IllegalArgumentException e) {
      return Optional.of(location + ": " + e.getMessage());
    }
  }

  private static Optional<Answer> stored(
      DataSource source, String arn, Optional<String> store, List<TopologyDocument> documents) {
    return ClusterDescription.of(arn, documents)
        .map(one -> answer(source, arn, one, "topology documents in " + store.orElse("")));
  }

  private static String without(Optional<String> store, Optional<String> trouble) {
    return trouble.orElse(
        store
            .map(location -> "no topology document in " + location + " describes it")
            .orElse("the node has no store of topology documents"));
  }

  /**
   * @param without what came of documents
   */
  private static Answer asked(DataSource source, String arn, String without, Duration patience) {
    List<String> why = new ArrayList<>(List.of(without));
    Optional<String> region = region(source);
    if (source.cluster().api().use() == ApiUse.OFF) {
      why.add("\"cluster.api.use\" is off");
    } else if (region.isEmpty()) {
      why.add("no AWS region is known to ask the RDS API in");
    } else {
      TopologyReading reading = asked(source, region.get(), patience);
      List<TopologyDocument> said =
          List.of(TopologyDocument.none("doctor").next(reading, "doctor"));
      Optional<ClusterDescription> described = ClusterDescription.of(arn, said);
      if (described.isPresent()) {
        return answer(source, arn, described.get(), "the RDS API in " + region.get());
      }
      why.add(
          MisplacedCluster.of(arn, said)
              .map(one -> "the RDS API in " + one.region() + " reports " + one.arn())
              .orElse("the RDS API in " + region.get() + " knows no such cluster"));
      reading.troubles().forEach(one -> why.add(one.action() + ": " + one.message()));
    }
    return new Answer(arn, Optional.empty(), String.join("; ", why));
  }

  private static Answer answer(
      DataSource source, String arn, ClusterDescription described, String by) {
    FoundByDescription found =
        FoundByDescription.of(described, source.cluster().api().endpoint().isPresent());
    return new Answer(arn, found.found(), found.found().isPresent() ? by : found.why());
  }

  private static Optional<String> region(DataSource source) {
    Optional<GlobalPlace> global = source.globalPlace();
    return global.isPresent()
        ? global.flatMap(GlobalPlace::region).or(AwsAccess::ownRegion)
        : source.rdsPlace().map(RdsPlace::region);
  }

  private static TopologyReading asked(DataSource source, String region, Duration patience) {
    Optional<GlobalPlace> global = source.globalPlace();
    List<RdsName> names =
        global.isPresent()
            ? List.of()
            : source.rdsPlace().stream()
                .map(place -> new RdsName(place.name(), place.cluster()))
                .toList();
    AwsAccess access =
        AwsAccess.ofMachine(
            region,
            global.isPresent()
                ? global.get().endpoint()
                : source.rdsPlace().flatMap(RdsPlace::endpoint),
            patience);
    try (TopologyReader reader = new TopologyReader(access, Set.of(), Instant::now)) {
      return reader.read(names, global.stream().map(GlobalPlace::name).toList());
    }
  }
}
