package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Cidr;
import dev.heimdall.routing.AccountNetwork;
import dev.heimdall.routing.AccountNetwork.Way;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The network of a region's nodes, and who may connect to them. For one thread. */
final class NetworkChoice {
  private static final int MOST_ZONES = 3;

  private final DeploymentOptions.OfNetworks options;
  private final Account account;
  private final Dialogue dialogue;
  private final FreeAddresses free;

  /**
   * Sends no request yet.
   *
   * @param free for networks that are made
   */
  NetworkChoice(
      DeploymentOptions.OfNetworks options,
      Account account,
      Dialogue dialogue,
      FreeAddresses free) {
    this.options = options;
    this.account = account;
    this.dialogue = dialogue;
    this.free = free;
  }

  /**
   * Network that was chosen.
   *
   * @param region without databases and ways to other regions
   * @param known what AWS says of a network that is there
   * @param elsewhere other networks with databases
   */
  record Chosen(
      DraftRegion region, Optional<AccountNetwork> known, List<DatabaseNetwork> elsewhere) {}

  /**
   * Chooses.
   *
   * @param ofDatabases the networks that databases are in, as far as that is known, with the
   *     subnets
   */
  Chosen of(String region, Map<String, List<String>> ofDatabases) throws CommandFailure {
    Optional<String> vpc = vpc(region, ofDatabases.keySet());
    Optional<AccountNetwork> known = vpc.flatMap(id -> account.network(region, id));
    List<DraftRegion.Subnet> subnets =
        vpc.isEmpty() ? List.of() : subnets(region, vpc.get(), known);
    List<Cidr> addresses = addresses(region, vpc, known, subnets);
    List<DatabaseNetwork> elsewhere =
        ofDatabases.entrySet().stream()
            .filter(one -> vpc.filter(one.getKey()::equals).isEmpty())
            .map(
                one ->
                    new DatabaseNetwork(
                        one.getKey(), account.network(region, one.getKey()), one.getValue()))
            .toList();
    if (vpc.isEmpty()) {
      checkFree(region, addresses, elsewhere);
    }
    List<String> clients = clients(region, addresses, elsewhere);
    return new Chosen(
        new DraftRegion(
            region,
            vpc,
            subnets,
            addresses,
            clients.stream().filter(one -> !Answers.isGroup(one)).map(Cidr::parse).toList(),
            clients.stream().filter(Answers::isGroup).toList(),
            List.of(),
            DraftRegion.Ways.NONE),
        known,
        elsewhere);
  }

  private Optional<String> vpc(String region, Set<String> ofDatabases) throws CommandFailure {
    Optional<String> wish = options.vpc().one(region);
    if (wish.isPresent()) {
      return options.vpc().read(wish.get(), Answers::vpc);
    }
    if (ofDatabases.size() == 1) {
      return ofDatabases.stream().findFirst();
    }
    if (ofDatabases.size() > 1) {
      dialogue.say(
          "%s: the databases are in several networks, which are peered with the nodes': %s"
              .formatted(region, String.join(", ", ofDatabases)));
    } else {
      dialogue.say(
          "%s: in which network the databases are is not known; one that is made has to be peered"
                  .formatted(region)
              + " with it");
    }
    return dialogue.ask(
        "Network of the nodes in %s (vpc-…, or new)".formatted(region),
        Optional.of(ofDatabases.stream().findFirst().orElse("new")),
        "--vpc",
        Answers::vpc);
  }

  private List<DraftRegion.Subnet> subnets(
      String region, String vpc, Optional<AccountNetwork> network) throws CommandFailure {
    List<AccountNetwork.Subnet> all = network.map(AccountNetwork::subnets).orElse(List.of());
    List<String> ids = new ArrayList<>();
    for (String wish : options.subnets().all(region)) {
      ids.addAll(options.subnets().read(wish, Answers::subnets));
    }
    if (ids.isEmpty()) {
      List<AccountNetwork.Subnet> best = best(all);
      if (best.isEmpty() && !all.isEmpty()) {
        dialogue.say(
            "%s: %s has only public subnets, which let no instance without a public address out"
                .formatted(region, vpc));
      }
      warn(region, best);
      boolean known = !best.isEmpty() && best.stream().noneMatch(one -> one.way() == Way.UNKNOWN);
      ids.addAll(
          known
              ? best.stream().map(AccountNetwork.Subnet::id).toList()
              : dialogue.ask(
                  "Private subnets of %s, one for each zone".formatted(vpc),
                  Optional.of(
                          best.stream()
                              .map(AccountNetwork.Subnet::id)
                              .collect(Collectors.joining(", ")))
                      .filter(text -> !text.isEmpty()),
                  "--subnet",
                  Answers::subnets));
    }
    return ids.stream()
        .map(
            id ->
                new DraftRegion.Subnet(
                    id,
                    all.stream()
                        .filter(one -> one.id().equals(id))
                        .map(one -> Cidr.parse(one.addresses()))
                        .findFirst()))
        .toList();
  }

  /** One of each zone: with a way out rather than without, and never a public one. */
  private static List<AccountNetwork.Subnet> best(Collection<AccountNetwork.Subnet> all) {
    Map<String, AccountNetwork.Subnet> zones = new TreeMap<>();
    all.stream()
        .filter(one -> one.way() != Way.PUBLIC && !one.addresses().isEmpty())
        .sorted(
            Comparator.comparing(AccountNetwork.Subnet::way)
                .thenComparing(AccountNetwork.Subnet::id))
        .forEach(one -> zones.putIfAbsent(one.zone(), one));
    Set<Way> ways =
        zones.values().stream().map(AccountNetwork.Subnet::way).collect(Collectors.toSet());
    return zones.values().stream()
        .filter(one -> one.way() == Way.PRIVATE || !ways.contains(Way.PRIVATE))
        .limit(MOST_ZONES)
        .toList();
  }

  private void warn(String region, Collection<AccountNetwork.Subnet> chosen) {
    for (AccountNetwork.Subnet one : chosen) {
      if (one.way() != Way.PRIVATE) {
        dialogue.say(
            "%s: %s %s; nodes need one to the services of AWS, by a NAT gateway or by endpoints:"
                    .formatted(
                        region,
                        one.id(),
                        one.way() == Way.NONE
                            ? "has no way out"
                            : "may have a way out or not, AWS has not told")
                + " docs/aws-parts.md, \"A network without a way out\"");
        return;
      }
    }
  }

  private List<Cidr> addresses(
      String region,
      Optional<String> vpc,
      Optional<AccountNetwork> known,
      List<DraftRegion.Subnet> subnets)
      throws CommandFailure {
    List<Cidr> wished = new ArrayList<>();
    for (String wish : options.addresses().all(region)) {
      wished.addAll(options.addresses().read(wish, Answers::networks));
    }
    if (!wished.isEmpty()) {
      return wished;
    }
    if (vpc.isEmpty()) {
      return List.of(free.next());
    }
    List<Cidr> told =
        known.map(AccountNetwork::addresses).orElse(List.of()).stream().map(Cidr::parse).toList();
    if (!told.isEmpty()) {
      return told;
    }
    Set<Cidr> ofSubnets = new LinkedHashSet<>();
    subnets.forEach(one -> one.addresses().ifPresent(ofSubnets::add));
    return dialogue.ask(
        "Addresses of " + vpc.get(),
        ofSubnets.isEmpty()
            ? Optional.empty()
            : Optional.of(ofSubnets.stream().map(Cidr::toString).collect(Collectors.joining(", "))),
        "--addresses",
        Answers::networks);
  }

  /** The command line may give a network that is made the addresses of one that is there. */
  private static void checkFree(
      String region, List<Cidr> addresses, List<DatabaseNetwork> elsewhere) throws CommandFailure {
    for (DatabaseNetwork one : elsewhere) {
      for (String block : one.known().map(AccountNetwork::addresses).orElse(List.of())) {
        if (Cidr.parse(block).overlaps(addresses.get(0))) {
          throw new CommandFailure(
              ExitCode.USAGE,
              "--addresses: %s=%s has addresses of %s, %s, in which databases are: nothing connects such"
                      .formatted(region, addresses.get(0), one.vpc(), block)
                  + " networks. Name others, or leave it out: then some are chosen that are free");
        }
      }
    }
  }

  private List<String> clients(String region, List<Cidr> addresses, List<DatabaseNetwork> elsewhere)
      throws CommandFailure {
    List<String> wished = new ArrayList<>();
    for (String wish : options.clients().all(region)) {
      wished.addAll(options.clients().read(wish, Answers::clients));
    }
    return wished.isEmpty()
        ? dialogue.ask(
            "Who may connect in %s (networks, security groups)".formatted(region),
            Optional.of(
                Stream.concat(
                        elsewhere.stream().flatMap(one -> one.addresses().stream()),
                        addresses.stream())
                    .map(Cidr::toString)
                    .collect(Collectors.joining(", "))),
            "--clients",
            Answers::clients)
        : wished;
  }
}
