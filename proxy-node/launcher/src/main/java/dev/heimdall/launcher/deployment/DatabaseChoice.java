package dev.heimdall.launcher.deployment;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Engine;
import dev.heimdall.routing.AccountDatabase;
import dev.heimdall.routing.AccountReader;
import dev.heimdall.routing.TopologyGlobal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Choice of the databases that are served, and of the regions. For one thread. */
final class DatabaseChoice {
  private static final String CLUSTER = "--cluster";

  /** Ports of a load balancer's and a security group's rules. */
  private static final int MOST = 29;

  private final DeploymentOptions options;
  private final Optional<String> home;
  private final Account account;
  private final Dialogue dialogue;
  private final Map<String, AccountReader.Reading> readings = new LinkedHashMap<>();

  /**
   * Sends no request yet.
   *
   * @param home the region that the machine is set to
   */
  DatabaseChoice(
      DeploymentOptions options, Optional<String> home, Account account, Dialogue dialogue) {
    this.options = options;
    this.home = home;
    this.account = account;
    this.dialogue = dialogue;
  }

  private AccountReader.Reading reading(String region) {
    return readings.computeIfAbsent(region, account::databases);
  }

  /** The regions that get nodes: those that were named, or those of the databases. */
  List<String> regions() throws CommandFailure {
    Set<String> regions = new LinkedHashSet<>(options.regions());
    if (regions.isEmpty()) {
      options.clusters().stream()
          .map(AccountDatabase::region)
          .filter(region -> !region.isEmpty())
          .forEach(regions::add);
    }
    for (String wish : options.regions().isEmpty() ? options.clusters() : List.<String>of()) {
      if (Served.isGlobal(wish)) {
        String from = regions.isEmpty() ? askedRegion() : regions.iterator().next();
        Optional<TopologyGlobal> global = global(wish, reading(from).globals());
        global.ifPresent(
            one -> one.members().stream().map(TopologyGlobal.Member::region).forEach(regions::add));
        if (regions.isEmpty()) {
          regions.add(from);
        }
      }
    }
    if (regions.isEmpty()) {
      regions.add(askedRegion());
    }
    return List.copyOf(regions);
  }

  private String askedRegion() throws CommandFailure {
    return dialogue.ask("Region of AWS", home, "--region", Answers::region);
  }

  private static Optional<TopologyGlobal> global(String wish, Collection<TopologyGlobal> globals) {
    return globals.stream()
        .filter(one -> one.arn().equals(wish) || one.name().equals(wish))
        .findFirst();
  }

  /** Databases that are served in these regions. */
  List<Served> databases(List<String> regions) throws CommandFailure {
    List<Served> there = there(regions);
    List<Served> chosen = new ArrayList<>();
    if (options.clusters().isEmpty()) {
      chosen.addAll(ofAll(there, regions));
    }
    for (String wish : options.clusters()) {
      chosen.add(wished(wish, there, regions));
    }
    if (chosen.size() > MOST) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "%d databases are too many for one fleet, at most %d: name them with %s"
              .formatted(chosen.size(), MOST, CLUSTER));
    }
    for (String region : regions) {
      if (chosen.stream().noneMatch(one -> one.mayBeIn(region))) {
        throw new CommandFailure(
            ExitCode.STARTUP,
            "no database of %s is served: name one with %s, or leave the region out"
                .formatted(region, CLUSTER));
      }
    }
    return distinct(chosen);
  }

  /** Two regions may have clusters of one name; documents of one name would be one. */
  private static List<Served> distinct(List<Served> chosen) {
    List<Served> distinct = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Served one : chosen) {
      String name = one.document();
      for (int i = 2; !names.add(name); i++) {
        name = one.document() + "-" + i;
      }
      distinct.add(new Served(name, one.arn(), one.global(), one.writerRegion(), one.members()));
    }
    return distinct;
  }

  /** All that there is and could be served. Members of global clusters are no others. */
  private List<Served> there(List<String> regions) {
    List<AccountDatabase> all = new ArrayList<>();
    Map<String, TopologyGlobal> globals = new LinkedHashMap<>();
    for (String region : regions) {
      all.addAll(reading(region).databases());
      reading(region).globals().forEach(global -> globals.putIfAbsent(global.arn(), global));
    }
    List<Served> there = new ArrayList<>();
    Set<String> members = new HashSet<>();
    for (TopologyGlobal global : globals.values()) {
      Set<String> arns =
          global.members().stream().map(TopologyGlobal.Member::cluster).collect(Collectors.toSet());
      List<AccountDatabase> here = all.stream().filter(one -> arns.contains(one.arn())).toList();
      if (!here.isEmpty()) {
        members.addAll(arns);
        there.add(
            new Served(
                global.name(),
                Optional.of(global.arn()),
                true,
                global.writerRegion(),
                withWriter(global, here)));
      }
    }
    all.stream().filter(one -> !members.contains(one.arn())).map(Served::of).forEach(there::add);
    return there;
  }

  /** A region without a member of its own connects to the writer's. */
  private List<AccountDatabase> withWriter(TopologyGlobal global, List<AccountDatabase> here) {
    Optional<String> region = global.writerRegion();
    if (region.isEmpty()
        || here.stream().anyMatch(one -> AccountDatabase.region(one.arn()).equals(region.get()))) {
      return here;
    }
    List<AccountDatabase> all = new ArrayList<>(here);
    reading(region.get()).databases().stream()
        .filter(
            one ->
                global.members().stream()
                    .anyMatch(member -> member.writer() && member.cluster().equals(one.arn())))
        .forEach(all::add);
    return all;
  }

  private List<Served> ofAll(List<Served> there, List<String> regions) throws CommandFailure {
    List<Served> served = new ArrayList<>();
    for (Served one : there) {
      if (supported(one)) {
        served.add(one);
        dialogue.say("found %s: %s".formatted(one.document(), described(one)));
      } else {
        dialogue.say("found %s: %s".formatted(one.document(), notServed(one)));
      }
    }
    if (served.isEmpty()) {
      if (silent(regions) || !options.databases().url().written().isEmpty()) {
        return unknown();
      }
      throw new CommandFailure(
          ExitCode.STARTUP,
          "there is no database in %s that could be served: %s of RDS"
                  .formatted(String.join(", ", regions), Engine.PRODUCTS)
              + " or Aurora. Name the region with --region, or the database with --cluster and"
              + " --url");
    }
    if (served.size() == 1) {
      return served;
    }
    return dialogue.ask(
        "Which of them are served (names, or all)",
        Optional.of("all"),
        CLUSTER,
        answer -> named(answer, served));
  }

  private static List<Served> named(String answer, List<Served> served) {
    if (answer.equals("all")) {
      return served;
    }
    List<String> names = Arrays.stream(answer.split("[,\\s]+")).toList();
    for (String name : names) {
      if (served.stream().noneMatch(one -> one.document().equals(name))) {
        throw new IllegalArgumentException("there is no " + name + " among them");
      }
    }
    return served.stream().filter(one -> names.contains(one.document())).toList();
  }

  /** True if AWS may have kept something back. */
  private boolean silent(List<String> regions) {
    return regions.stream().anyMatch(region -> !reading(region).troubles().isEmpty())
        || !account.known();
  }

  /** Those that only people know of. */
  private List<Served> unknown() throws CommandFailure {
    List<Served> all = new ArrayList<>();
    for (String url : options.databases().url().values()) {
      all.add(Served.unknown(Answers.url(url).name()));
    }
    return all.isEmpty()
        ? List.of(
            dialogue.ask(
                "Database to serve (ARN or name)", Optional.empty(), CLUSTER, Answers::database))
        : all;
  }

  private Served wished(String wish, List<Served> there, List<String> regions)
      throws CommandFailure {
    for (Served one : there) {
      boolean named = one.document().equals(wish) || one.arn().filter(wish::equals).isPresent();
      if (named) {
        if (!supported(one)) {
          throw new CommandFailure(ExitCode.STARTUP, one.document() + " " + notServed(one));
        }
        return one;
      }
      // A member of a global cluster that was named by itself is served by itself.
      for (AccountDatabase member : one.global() ? one.members() : List.<AccountDatabase>of()) {
        if (member.arn().equals(wish) || member.name().equals(wish)) {
          dialogue.say(
              "%s is a member of the global cluster %s; --cluster %s serves that in all its regions"
                  .formatted(member.name(), one.document(), one.arn().orElseThrow()));
          return Served.of(member);
        }
      }
    }
    if (silent(regions)
        || options.databases().url().one(Served.unknown(wish).document()).isPresent()) {
      return Answers.database(wish);
    }
    throw new CommandFailure(
        ExitCode.STARTUP,
        "there is no database %s in %s; there %s"
            .formatted(
                wish,
                String.join(", ", regions),
                there.isEmpty()
                    ? "is none"
                    : "are "
                        + there.stream().map(Served::document).collect(Collectors.joining(", "))));
  }

  private static boolean supported(Served one) {
    return one.members().stream().allMatch(each -> Engine.ofRds(each.engine()).isPresent());
  }

  private static String notServed(Served one) {
    return "is not served: its engine is %s, and nodes speak to %s"
        .formatted(one.members().get(0).engine(), Engine.PRODUCTS);
  }

  private static String described(Served one) {
    return one.members().stream()
        .map(
            each ->
                "%s in %s, %s"
                    .formatted(each.engine(), AccountDatabase.region(each.arn()), each.status()))
        .collect(Collectors.joining("; "));
  }
}
