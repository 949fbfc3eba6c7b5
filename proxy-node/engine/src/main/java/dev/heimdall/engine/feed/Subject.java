package dev.heimdall.engine.feed;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyDocument;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * The cluster of which somebody wants to hear.
 *
 * @param arn by which it is found in all documents
 * @param includes whether a host can be one of its servers, which are in these regions
 * @param place by which it is found in the document of the nodes of its region
 */
public record Subject(
    Optional<String> arn,
    BiPredicate<String, Collection<String>> includes,
    Optional<RdsPlace> place) {
  /** The one that a data source is. */
  public static Subject of(DataSource source) {
    return new Subject(source.cluster().arn(), source::includes, source.rdsPlace());
  }

  /** Who writes the document of what the nodes themselves have asked at a place. */
  public static String nodesAt(String region, Optional<URI> endpoint) {
    return "nodes-"
        + region
        + endpoint.map(at -> "-" + Integer.toHexString(at.hashCode())).orElse("");
  }

  /**
   * Its servers, as far as somebody tells of it. Of several who do the one counts that asked last,
   * and of those that asked at the same time the one that was heard first. A server by a name that
   * it cannot have is left out: whoever is asked for its role is also shown a password.
   */
  Optional<List<RdsServer>> told(List<KnownDocument> heard) {
    Answer last = null;
    for (KnownDocument known : heard) {
      Optional<TopologyDocument.Told> told = arn.flatMap(known.document()::told);
      if (told.isPresent() && (last == null || told.get().asked().isAfter(last.told.asked()))) {
        last = new Answer(told.get(), own(known));
      }
    }
    if (last == null) {
      last = heard.stream().filter(this::own).findFirst().flatMap(this::byName).orElse(null);
    }
    return Optional.ofNullable(last).map(this::servers);
  }

  /**
   * What a document says.
   *
   * @param own whether nodes have asked for it by this cluster's place
   */
  private record Answer(TopologyDocument.Told told, boolean own) {}

  private boolean own(KnownDocument known) {
    return place
        .map(at -> nodesAt(at.region(), at.endpoint()))
        .filter(known.document().source()::equals)
        .isPresent();
  }

  private Optional<Answer> byName(KnownDocument known) {
    RdsName name = new RdsName(place.orElseThrow().name(), place.get().cluster());
    return known.document().told(name).map(told -> new Answer(told, true));
  }

  private List<RdsServer> servers(Answer answer) {
    return answer.told().servers().stream()
        .filter(server -> server.host().map(host -> can(host, answer)).orElse(true))
        .toList();
  }

  private boolean can(String host, Answer answer) {
    return answer.own()
        ? place.orElseThrow().includes(host)
        : includes.test(host, answer.told().regions());
  }
}
