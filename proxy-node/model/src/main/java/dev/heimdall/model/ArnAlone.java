package dev.heimdall.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data source that names a cluster of RDS by its ARN and has no {@code url}: what is known of the
 * cluster takes the place of what is not written. As long as nothing is known, servers are made up
 * by which all that is written can be judged.
 */
final class ArnAlone {
  private static final String URL = "url";
  private static final String ENGINE = "engine";
  private static final String CLUSTER = "cluster";
  private static final String KIND = "kind";
  private static final String GLOBAL = "global";
  private static final String ARN = "arn";
  private static final Pattern REGIONAL =
      Pattern.compile("arn:[a-z-]+:rds:([a-z0-9-]+):[0-9]{12}:(cluster|db):(.+)");

  private final JsonValue.Obj source;
  private final JsonValue.Obj cluster;
  private final String arn;

  private ArnAlone(JsonValue.Obj source, JsonValue.Obj cluster, String arn) {
    this.source = source;
    this.cluster = cluster;
    this.arn = arn;
  }

  /**
   * The document with what is known in place of what is missing; as it is where it has a URL. That
   * it has neither is a problem of {@code in}.
   */
  static JsonValue complete(JsonValue root, Reading in, FoundClusters found) {
    if (!(root instanceof JsonValue.Obj source) || source.members().containsKey(URL)) {
      return root;
    }
    JsonValue cluster = member(source, CLUSTER);
    if (cluster == null || cluster instanceof JsonValue.Obj empty && !named(empty)) {
      in.problem(
          "$.url",
          source.at(),
          "nothing",
          Format.URL.expected() + " (required, unless \"cluster\" has an \"arn\" or \"global\")");
      return root;
    }
    Optional<ArnAlone> alone = Optional.empty();
    if (cluster instanceof JsonValue.Obj settings) {
      alone =
          text(member(settings, GLOBAL), Format.GLOBAL_ARN)
              .or(() -> text(member(settings, ARN), Format.ARN))
              .map(arn -> new ArnAlone(source, settings, arn));
    }
    if (alone.isEmpty()) {
      // It is wrong, which is said where it stands, or another one in each region.
      in.leftUnknown("$.url");
      in.leftUnknown("$.engine");
    }
    return alone.<JsonValue>map(one -> one.completed(in, found)).orElse(root);
  }

  private static boolean named(JsonValue.Obj cluster) {
    return cluster.members().containsKey(GLOBAL) || cluster.members().containsKey(ARN);
  }

  private static JsonValue member(JsonValue.Obj of, String key) {
    JsonValue.Member member = of.members().get(key);
    return member == null ? null : member.value();
  }

  private static Optional<String> text(JsonValue value, Format format) {
    return value instanceof JsonValue.Str text && format.accepts(text.text())
        ? Optional.of(text.text())
        : Optional.empty();
  }

  private JsonValue.Obj completed(Reading in, FoundClusters found) {
    Optional<FoundCluster> known = found.of(in.name(), arn);
    in.namedByArn(arn, known.isPresent());
    return known.map(this::with).orElseGet(() -> pending(in));
  }

  private JsonValue.Obj with(FoundCluster known) {
    return with(known.url(), known.kind());
  }

  /** Of what is made up nothing is said: it is not written. */
  private JsonValue.Obj pending(Reading in) {
    Optional<Engine> written = text(member(source, ENGINE), Format.TEXT).flatMap(Engine::spelled);
    if (!source.members().containsKey(ENGINE)) {
      in.leftUnknown("$.engine");
    }
    in.leftUnknown("$.changes.databases");
    in.leftUnknown("$.cluster.readEndpoint");
    in.leftUnknown("$.credentials.region");
    Matcher regional = REGIONAL.matcher(arn);
    String host =
        regional.matches()
            ? "%s.%sunknown.%s"
                .formatted(
                    regional.group(3),
                    regional.group(2).equals("db") ? "" : "cluster-",
                    RdsHost.rest(regional.group(1)))
            : arn.substring(arn.lastIndexOf(':') + 1) + ".global-unknown.global.rds.amazonaws.com";
    return with(
        written.orElse(Engine.usual()).plainUrl(host, ""),
        regional.matches() && regional.group(2).equals("db")
            ? ClusterKind.RDS
            : ClusterKind.AURORA);
  }

  private JsonValue.Obj with(String url, ClusterKind kind) {
    Map<String, JsonValue.Member> members = new LinkedHashMap<>(source.members());
    members.put(URL, written(url));
    if (!cluster.members().containsKey(KIND)) {
      Map<String, JsonValue.Member> inner = new LinkedHashMap<>(cluster.members());
      inner.put(KIND, written(kind.spelling()));
      members.put(
          CLUSTER,
          new JsonValue.Member(
              source.members().get(CLUSTER).nameAt(), new JsonValue.Obj(cluster.at(), inner)));
    }
    return new JsonValue.Obj(source.at(), members);
  }

  private JsonValue.Member written(String text) {
    return new JsonValue.Member(source.at(), new JsonValue.Str(source.at(), text));
  }
}
