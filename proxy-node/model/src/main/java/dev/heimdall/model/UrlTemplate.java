package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JDBC URL with variables in place of hosts, as a driver has two: one for connections that write
 * and one for those that only read. No JDBC driver ever sees it: what the URL says of hosts, their
 * order, roles and balancing is read out of it, and carried out by the node itself.
 */
final class UrlTemplate {
  static final String WRITER_EXAMPLE =
      "\"jdbc:postgresql://${readers}/${database}?targetServerType=primary\"";
  static final String READER_EXAMPLE =
      "\"jdbc:postgresql://${readers}/${database}?targetServerType=preferSecondary"
          + "&loadBalanceHosts=true\"";

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}?");
  private static final List<String> DATABASE = List.of("", "${database}", "${catalog}");
  private static final List<String> MODES =
      List.of("failover", "loadbalance", "replication", "sequential");

  /** Purpose of a template's connections. */
  enum Use {
    WRITER("writerUrl"),
    READER("readerUrl");

    private final String key;

    Use(String key) {
      this.key = key;
    }

    String key() {
      return key;
    }
  }

  /** One place in the list of hosts: exactly one of the two is there. */
  private record Place(Optional<TemplateVariable> variable, Optional<ServerAddress> host) {}

  /** Gathers what the parts of a URL say. */
  static final class Builder {
    private TargetServerType target = TargetServerType.ANY;
    private boolean spread;

    void target(TargetServerType type) {
      target = type;
    }

    void spread(boolean on) {
      spread = on;
    }

    /** Describes the text that should have been written for the database, if this is not right. */
    Optional<String> database(String name) {
      return DATABASE.contains(name)
          ? Optional.empty()
          : Optional.of(
              "${database} in place of the database, which follows from the client and the VDB");
    }
  }

  private final UrlDialect dialect;
  private final boolean replication;
  private final List<Place> places;
  private final TargetServerType target;
  private final boolean spread;

  private UrlTemplate(
      UrlDialect dialect,
      boolean replication,
      List<Place> places,
      TargetServerType target,
      boolean spread) {
    this.dialect = dialect;
    this.replication = replication;
    this.places = places;
    this.target = target;
    this.spread = spread;
  }

  /** Describes the form that the template should have, if it is not right. */
  static Optional<String> problem(String text, Use use) {
    Optional<UrlDialect> dialect = UrlDialect.of(text);
    if (dialect.isEmpty()) {
      return Optional.of(
          "a URL that begins with jdbc:postgresql://, jdbc:mysql:// or jdbc:sqlserver://, such as "
              + (use == Use.WRITER ? WRITER_EXAMPLE : READER_EXAMPLE));
    }
    Matcher parts = dialect.get().matcher(text);
    parts.matches();
    return hosts(parts.group("hosts"), dialect.get(), use)
        .or(() -> mode(dialect.get(), parts))
        .or(() -> rest(dialect.get(), parts, new Builder()));
  }

  /** Takes apart a template that {@link #problem} has nothing against. */
  static UrlTemplate parse(String text, Use use) {
    UrlDialect dialect = UrlDialect.of(text).orElseThrow();
    Matcher parts = dialect.matcher(text);
    parts.matches();
    Builder builder = new Builder();
    rest(dialect, parts, builder);
    String mode = dialect == UrlDialect.MYSQL ? String.valueOf(parts.group("mode")) : "";
    boolean replication = mode.equals("replication");
    if (replication) {
      builder.target(use == Use.WRITER ? TargetServerType.PRIMARY : TargetServerType.SECONDARY);
    }
    if (mode.equals("loadbalance") || (replication && use == Use.READER)) {
      builder.spread(true);
    }
    List<Place> places = new ArrayList<>();
    for (String host : parts.group("hosts").split(",", -1)) {
      Optional<TemplateVariable> variable = TemplateVariable.of(host);
      places.add(
          new Place(
              variable,
              variable.isPresent()
                  ? Optional.empty()
                  : Optional.of(ServerAddress.parse(host, dialect.port()))));
    }
    return new UrlTemplate(dialect, replication, places, builder.target, builder.spread);
  }

  private static Optional<String> hosts(String hosts, UrlDialect dialect, Use use) {
    int singular = 0;
    String[] written = hosts.split(",", -1);
    for (String host : written) {
      Optional<TemplateVariable> variable = TemplateVariable.of(host);
      if (variable.isPresent()) {
        singular += variable.get().singular() ? 1 : 0;
        Optional<String> problem = variable(variable.get(), dialect, use);
        if (problem.isPresent()) {
          return problem;
        }
      } else if (host.contains("$")) {
        return Optional.of("one of " + String.join(", ", TemplateVariable.fitting(use, dialect)));
      } else {
        Optional<String> problem =
            ServerAddress.problem(
                host, "or one of " + String.join(", ", TemplateVariable.fitting(use, dialect)));
        if (problem.isPresent()) {
          return problem;
        }
      }
    }
    if (singular > 1) {
      return Optional.of("one variable that makes an entry for each server, not " + singular);
    }
    return written.length > 1 && !dialect.takesLists()
        ? Optional.of("one host: a URL of SQL Server has no list of them")
        : Optional.empty();
  }

  private static Optional<String> variable(TemplateVariable variable, UrlDialect dialect, Use use) {
    if (!variable.fits(use)) {
      Use other = use == Use.WRITER ? Use.READER : Use.WRITER;
      return Optional.of(
          "one of "
              + String.join(", ", TemplateVariable.fitting(use, dialect))
              + ": "
              + variable.written()
              + " belongs in \""
              + other.key()
              + "\"");
    }
    if (variable.fits(dialect)) {
      return Optional.empty();
    }
    return Optional.of(
        variable == TemplateVariable.LISTENER
            ? "${listener} only for SQL Server, which alone has such an address"
            : "a variable for one server, as a URL of SQL Server has no list of hosts: "
                + (use == Use.WRITER ? "${writer}" : "${reader}"));
  }

  private static Optional<String> mode(UrlDialect dialect, Matcher parts) {
    String mode = dialect == UrlDialect.MYSQL ? parts.group("mode") : null;
    return mode == null || MODES.contains(mode)
        ? Optional.empty()
        : Optional.of(
            "jdbc:mysql:// or, before the slashes, one of " + String.join(":, ", MODES) + ":");
  }

  private static Optional<String> rest(UrlDialect dialect, Matcher parts, Builder into) {
    if (dialect != UrlDialect.SQLSERVER && parts.group("database") != null) {
      Optional<String> problem = into.database(parts.group("database"));
      if (problem.isPresent()) {
        return problem;
      }
    }
    String rest = parts.group("rest");
    if (rest == null || rest.isEmpty()) {
      return Optional.empty();
    }
    for (String pair : dialect.parameters(rest)) {
      int equals = pair.indexOf('=');
      if (equals < 0 && pair.isEmpty()) {
        continue;
      }
      Optional<String> problem =
          dialect.parameter(
              equals < 0 ? pair : pair.substring(0, equals),
              equals < 0 ? "" : pair.substring(equals + 1),
              into);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  /** The text with its unknown variables replaced by those nearest to them, if there are such. */
  static Optional<String> nearest(String text) {
    Matcher variables = VARIABLE.matcher(text);
    StringBuilder better = new StringBuilder();
    boolean found = false;
    while (variables.find()) {
      String name = variables.group(1);
      boolean known =
          TemplateVariable.of("${" + name + "}").isPresent()
              || DATABASE.contains("${" + name + "}");
      Optional<String> near =
          known ? Optional.empty() : NearestName.of(name, TemplateVariable.names());
      found |= near.isPresent();
      variables.appendReplacement(better, Matcher.quoteReplacement("${" + near.orElse(name) + "}"));
    }
    variables.appendTail(better);
    return found ? Optional.of(shown(better.toString())) : Optional.empty();
  }

  /** The template without what may be secret in it. */
  static String shown(String text) {
    Optional<UrlDialect> dialect = UrlDialect.of(text);
    if (dialect.isPresent()) {
      Matcher parts = dialect.get().matcher(text);
      parts.matches();
      boolean right =
          hosts(parts.group("hosts"), dialect.get(), Use.WRITER).isEmpty()
              || hosts(parts.group("hosts"), dialect.get(), Use.READER).isEmpty();
      if (right && rest(dialect.get(), parts, new Builder()).isEmpty()) {
        return text;
      }
    }
    return JdbcUrl.shown(text);
  }

  UrlDialect dialect() {
    return dialect;
  }

  boolean uses(TemplateVariable variable) {
    return places.stream().anyMatch(place -> place.variable().equals(Optional.of(variable)));
  }

  /** The entries that the template comes to; none where its variables stand for nothing. */
  List<NodeEntry> entries(ClusterMembers members) {
    Optional<TemplateVariable> singular =
        places.stream()
            .flatMap(place -> place.variable().stream())
            .filter(TemplateVariable::singular)
            .findFirst();
    List<NodeEntry> entries = new ArrayList<>();
    if (singular.isEmpty()) {
      entry(members, Optional.empty(), NodeEntry.WEIGHT).ifPresent(entries::add);
      return entries;
    }
    for (ServerAddress server : members.of(singular.get())) {
      boolean standsIn =
          singular.get() == TemplateVariable.READER && members.writers().contains(server);
      entry(members, Optional.of(server), standsIn ? NodeEntry.WRITER_AS_READER : NodeEntry.WEIGHT)
          .ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<NodeEntry> entry(
      ClusterMembers members, Optional<ServerAddress> one, int weight) {
    List<ServerAddress> hosts = new ArrayList<>();
    for (Place place : places) {
      if (place.host().isPresent()) {
        hosts.add(place.host().get());
      } else if (place.variable().orElseThrow().singular()) {
        hosts.add(one.orElseThrow());
      } else {
        hosts.addAll(members.of(place.variable().orElseThrow()));
      }
    }
    if (replication && hosts.size() == 1) {
      // Such a URL has to name a replica too.
      hosts.add(hosts.get(0));
    }
    return hosts.isEmpty()
        ? Optional.empty()
        : Optional.of(new NodeEntry(hosts, weight, target, spread));
  }
}
