package dev.heimdall.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A topology document as JSON. Texts are taken that RDS can have given and no others, so that none
 * of them can do harm in a log or an address; fields that are not known are left out.
 */
final class TopologyJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9._:/, -]{0,300}");
  private static final int MOST_ENTRIES = 5000;
  private static final int HIGHEST_PORT = 65535;

  private TopologyJson() {}

  // ---- writing

  static byte[] write(TopologyDocument document) {
    ObjectNode root = JSON.createObjectNode();
    root.put("schema", TopologyDocument.SCHEMA);
    root.put("source", document.source());
    root.put("version", document.version());
    root.put("written", document.written().toString());
    root.put("cause", document.cause());
    document.regions().forEach(root.putArray("regions")::add);
    ArrayNode clusters = root.putArray("clusters");
    document.clusters().forEach(cluster -> cluster(clusters.addObject(), cluster));
    ArrayNode globals = root.putArray("globals");
    document.globals().forEach(global -> global(globals.addObject(), global));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }

  private static void cluster(ObjectNode node, TopologyCluster cluster) {
    node.put("arn", cluster.arn());
    node.put("resource", cluster.resource());
    cluster.formerly().forEach(node.putArray("formerly")::add);
    node.put("region", cluster.region());
    node.put("name", cluster.name());
    node.put("engine", cluster.engine());
    node.put("status", cluster.status());
    cluster.endpoint().ifPresent(endpoint -> node.put("endpoint", endpoint));
    cluster.readerEndpoint().ifPresent(endpoint -> node.put("readerEndpoint", endpoint));
    node.put("port", cluster.port());
    cluster.database().ifPresent(database -> node.put("database", database));
    node.put("asked", cluster.asked().toString());
    if (!cluster.forwarding().local().isEmpty()) {
      node.put("localWriteForwarding", cluster.forwarding().local());
    }
    if (!cluster.forwarding().global().isEmpty()) {
      node.put("globalWriteForwarding", cluster.forwarding().global());
    }
    ArrayNode servers = node.putArray("servers");
    cluster.servers().forEach(server -> server(servers.addObject(), server));
  }

  private static void server(ObjectNode node, RdsServer server) {
    node.put("name", server.name());
    node.put("role", server.role().name());
    server.host().ifPresent(host -> node.put("host", host));
    node.put("port", server.port());
    server.zone().ifPresent(zone -> node.put("zone", zone));
    server.tier().ifPresent(tier -> node.put("tier", tier));
    node.put("status", server.status());
    node.put("clusterStatus", server.clusterStatus());
  }

  private static void global(ObjectNode node, TopologyGlobal global) {
    node.put("arn", global.arn());
    node.put("name", global.name());
    node.put("engine", global.engine());
    node.put("status", global.status());
    global.endpoint().ifPresent(endpoint -> node.put("endpoint", endpoint));
    global.writerRegion().ifPresent(region -> node.put("writerRegion", region));
    node.put("asked", global.asked().toString());
    global.writerSince().ifPresent(since -> node.put("writerSince", since.toString()));
    ArrayNode members = node.putArray("members");
    for (TopologyGlobal.Member member : global.members()) {
      ObjectNode entry = members.addObject();
      entry.put("cluster", member.cluster());
      entry.put("writer", member.writer());
      entry.put("synchronization", member.synchronization());
      if (!member.forwarding().isEmpty()) {
        entry.put("forwarding", member.forwarding());
      }
    }
    global
        .failover()
        .ifPresent(
            failover ->
                node.putObject("failover")
                    .put("status", failover.status())
                    .put("from", failover.from())
                    .put("to", failover.to())
                    .put("loss", failover.loss()));
  }

  // ---- reading

  static TopologyDocument read(byte[] json) throws TopologyException {
    if (json.length > TopologyDocument.LONGEST) {
      throw new TopologyException("$", "longer than " + TopologyDocument.LONGEST + " bytes");
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new TopologyException(
          "$", "no JSON, line " + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()));
    } catch (IOException e) {
      throw new TopologyException("$", "no JSON: " + e.getMessage());
    }
    Place root = new Place("$", tree);
    root.object();
    long schema = root.number("schema", Integer.MAX_VALUE);
    if (schema != TopologyDocument.SCHEMA) {
      throw new TopologyException(
          "$.schema", schema + "; this version reads " + TopologyDocument.SCHEMA);
    }
    List<TopologyCluster> clusters = new ArrayList<>();
    for (Place place : root.entries("clusters")) {
      clusters.add(cluster(place));
    }
    List<TopologyGlobal> globals = new ArrayList<>();
    for (Place place : root.entries("globals")) {
      globals.add(global(place));
    }
    return new TopologyDocument(
        root.text("source"),
        root.number("version", Long.MAX_VALUE),
        root.time("written"),
        root.text("cause"),
        root.texts("regions"),
        clusters,
        globals);
  }

  private static TopologyCluster cluster(Place in) throws TopologyException {
    List<RdsServer> servers = new ArrayList<>();
    for (Place place : in.entries("servers")) {
      servers.add(server(place));
    }
    return new TopologyCluster(
        in.text("arn"),
        in.text("resource"),
        in.texts("formerly"),
        in.text("region"),
        in.text("name"),
        in.text("engine"),
        in.text("status"),
        in.optional("endpoint"),
        in.optional("readerEndpoint"),
        (int) in.number("port", HIGHEST_PORT),
        in.optional("database"),
        servers,
        new WriteForwarding(
            in.optional("localWriteForwarding").orElse(""),
            in.optional("globalWriteForwarding").orElse("")),
        in.time("asked"));
  }

  private static RdsServer server(Place in) throws TopologyException {
    String role = in.text("role");
    RdsRole known = null;
    for (RdsRole one : RdsRole.values()) {
      known = one.name().equals(role) ? one : known;
    }
    if (known == null) {
      throw new TopologyException(in.path + ".role", "none of WRITER, READER, UNKNOWN");
    }
    return new RdsServer(
        in.text("name"),
        in.optional("host"),
        (int) in.number("port", HIGHEST_PORT),
        known,
        in.optional("zone"),
        in.has("tier")
            ? OptionalInt.of((int) in.number("tier", HIGHEST_PORT))
            : OptionalInt.empty(),
        in.text("status"),
        in.text("clusterStatus"));
  }

  private static TopologyGlobal global(Place in) throws TopologyException {
    List<TopologyGlobal.Member> members = new ArrayList<>();
    for (Place place : in.entries("members")) {
      members.add(
          new TopologyGlobal.Member(
              place.text("cluster"),
              place.truth("writer"),
              place.text("synchronization"),
              place.optional("forwarding").orElse("")));
    }
    Optional<TopologyGlobal.Failover> failover = Optional.empty();
    if (in.has("failover")) {
      Place place = new Place(in.path + ".failover", in.node.get("failover"));
      place.object();
      failover =
          Optional.of(
              new TopologyGlobal.Failover(
                  place.text("status"), place.text("from"), place.text("to"), place.truth("loss")));
    }
    return new TopologyGlobal(
        in.text("arn"),
        in.text("name"),
        in.text("engine"),
        in.text("status"),
        in.optional("endpoint"),
        members,
        failover,
        in.time("asked"),
        in.has("writerSince") ? Optional.of(in.time("writerSince")) : Optional.empty());
  }

  /** A part of a document that knows where it is. */
  private record Place(String path, JsonNode node) {
    void object() throws TopologyException {
      if (!node.isObject()) {
        throw new TopologyException(path, "no object");
      }
    }

    boolean has(String field) {
      return node.hasNonNull(field);
    }

    private JsonNode get(String field, boolean right) throws TopologyException {
      if (!has(field)) {
        throw new TopologyException(path + "." + field, "missing");
      }
      if (!right) {
        throw new TopologyException(path + "." + field, "of the wrong type");
      }
      return node.get(field);
    }

    String text(String field) throws TopologyException {
      return plain(path + "." + field, get(field, node.path(field).isTextual()).textValue());
    }

    Optional<String> optional(String field) throws TopologyException {
      return has(field) ? Optional.of(text(field)) : Optional.empty();
    }

    long number(String field, long most) throws TopologyException {
      JsonNode given = node.path(field);
      long value = get(field, given.isIntegralNumber() && given.canConvertToLong()).longValue();
      if (value < 0 || value > most) {
        throw new TopologyException(path + "." + field, "not within 0.." + most);
      }
      return value;
    }

    boolean truth(String field) throws TopologyException {
      return get(field, node.path(field).isBoolean()).booleanValue();
    }

    Instant time(String field) throws TopologyException {
      try {
        return Instant.parse(text(field));
      } catch (DateTimeException e) {
        throw new TopologyException(path + "." + field, "no time such as 2026-01-31T12:00:00Z");
      }
    }

    private JsonNode list(String field) throws TopologyException {
      JsonNode list = get(field, node.path(field).isArray());
      if (list.size() > MOST_ENTRIES) {
        throw new TopologyException(path + "." + field, "more than " + MOST_ENTRIES + " entries");
      }
      return list;
    }

    List<String> texts(String field) throws TopologyException {
      List<String> texts = new ArrayList<>();
      JsonNode list = list(field);
      for (int i = 0; i < list.size(); i++) {
        String at = path + "." + field + "[" + i + "]";
        if (!list.get(i).isTextual()) {
          throw new TopologyException(at, "of the wrong type");
        }
        texts.add(plain(at, list.get(i).textValue()));
      }
      return texts;
    }

    List<Place> entries(String field) throws TopologyException {
      List<Place> places = new ArrayList<>();
      JsonNode list = list(field);
      for (int i = 0; i < list.size(); i++) {
        Place place = new Place(path + "." + field + "[" + i + "]", list.get(i));
        place.object();
        places.add(place);
      }
      return places;
    }

    private static String plain(String path, String text) throws TopologyException {
      if (!TEXT.matcher(text).matches()) {
        throw new TopologyException(path, "no text that RDS gives");
      }
      return text;
    }
  }
}
