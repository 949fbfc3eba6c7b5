package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What the API said, by the names that it was asked for. Names of which it said nothing are left
 * out.
 */
public record RdsView(Map<String, List<RdsServer>> servers) {
  private static final String VERSION = "rds 1";
  private static final String SEPARATOR = "\t";
  private static final int FIELDS = 9;

  /** No more than names, zones and words of RDS: nothing that could be mistaken for a separator. */
  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9._:/ -]{0,300}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  public RdsView {
    Map<String, List<RdsServer>> copy = new LinkedHashMap<>();
    servers.forEach((name, list) -> copy.put(name, List.copyOf(list)));
    servers = Collections.unmodifiableMap(copy);
  }

  /** Of nothing. */
  public static RdsView nothing() {
    return new RdsView(Map.of());
  }

  /** As a text that another node can read. */
  public String encoded() {
    StringBuilder text = new StringBuilder(VERSION);
    servers.forEach(
        (name, list) ->
            list.forEach(
                server -> {
                  List<String> fields =
                      List.of(
                          name,
                          server.name(),
                          server.host().orElse(""),
                          "" + server.port(),
                          server.role().name(),
                          server.zone().orElse(""),
                          server.tier().isPresent() ? "" + server.tier().getAsInt() : "",
                          server.status(),
                          server.clusterStatus());
                  if (fields.stream().allMatch(field -> FIELD.matcher(field).matches())) {
                    text.append('\n').append(String.join(SEPARATOR, fields));
                  }
                }));
    return text.toString();
  }

  /** Empty for a text that is none of this version. */
  public static Optional<RdsView> decode(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(VERSION)) {
      return Optional.empty();
    }
    Map<String, List<RdsServer>> servers = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(SEPARATOR, -1);
      Optional<RdsServer> server = server(fields);
      if (server.isEmpty()) {
        return Optional.empty();
      }
      servers.computeIfAbsent(fields[0], name -> new ArrayList<>()).add(server.get());
    }
    return Optional.of(new RdsView(servers));
  }

  private static Optional<RdsServer> server(String[] fields) {
    if (fields.length != FIELDS || !NUMBER.matcher(fields[3]).matches()) {
      return Optional.empty();
    }
    for (String field : fields) {
      if (!FIELD.matcher(field).matches()) {
        return Optional.empty();
      }
    }
    OptionalInt tier =
        NUMBER.matcher(fields[6]).matches()
            ? OptionalInt.of(Integer.parseInt(fields[6]))
            : OptionalInt.empty();
    for (RdsRole role : RdsRole.values()) {
      if (role.name().equals(fields[4])) {
        return Optional.of(
            new RdsServer(
                fields[1],
                given(fields[2]),
                Integer.parseInt(fields[3]),
                role,
                given(fields[5]),
                tier,
                fields[7],
                fields[8]));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> given(String field) {
    return field.isEmpty() ? Optional.empty() : Optional.of(field);
  }
}
