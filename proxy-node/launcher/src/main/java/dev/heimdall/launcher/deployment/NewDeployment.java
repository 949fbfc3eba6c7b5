package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.draft.Draft;
import dev.heimdall.cdk.draft.DraftDatabase;
import dev.heimdall.cdk.draft.DraftLogIn;
import dev.heimdall.cdk.draft.RdsEndpoint;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Engine;
import dev.heimdall.routing.AccountDatabase;
import dev.heimdall.routing.AccountNetwork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A deployment from what AWS says, what options say, and what people answer. For one thread. */
public final class NewDeployment {
  private static final String FLEET = "heimdall";
  private static final String PRIVATE_ZONE = "heimdall.internal";

  private final DeploymentOptions options;
  private final Optional<String> home;
  private final Account account;
  private final Dialogue dialogue;
  private final Map<String, Answers.Url> urls = new HashMap<>();
  private LogInChoice logIns;
  private NetworkWays.Found ways;

  /**
   * Sends no request yet.
   *
   * @param home the region that the machine is set to
   */
  public NewDeployment(
      DeploymentOptions options, Optional<String> home, Account account, Dialogue dialogue) {
    this.options = options;
    this.home = home;
    this.account = account;
    this.dialogue = dialogue;
  }

  /** Asks for all that is not known. */
  public Draft draft() throws CommandFailure {
    DatabaseChoice choice = new DatabaseChoice(options, home, account, dialogue);
    List<String> regions = choice.regions();
    List<Served> served = choice.databases(regions);
    String fleet =
        options.name().isPresent()
            ? new Keyed("--name", List.of()).read(options.name().get(), Answers::fleet)
            : dialogue.ask("Name of the fleet", Optional.of(FLEET), "--name", Answers::fleet);
    logIns = new LogInChoice(fleet, options.databases(), account, dialogue);
    NetworkChoice networks =
        new NetworkChoice(
            options.networks(), account, dialogue, new FreeAddresses(account, regions, wished()));
    List<NetworkWays.Place> all = new ArrayList<>();
    for (String region : regions) {
      all.add(region(region, networks, served));
    }
    Optional<String> join = options.networks().join();
    Optional<Join> wish =
        join.isPresent()
            ? Optional.of(new Keyed("--join", List.of()).read(join.get(), Answers::join))
            : Optional.empty();
    ways = new NetworkWays(fleet, account, all).look(wish);
    if (all.size() > 1 && wish.filter(one -> one != ways.join()).isPresent()) {
      throw new CommandFailure(ExitCode.USAGE, "--join: " + String.join(" ", ways.notes()));
    }
    return new Draft(fleet, ways.regions(), ways.join(), zone(fleet, regions.size()));
  }

  /** One of its own for each fleet, as a network sees no two private zones of one name. */
  private Optional<String> zone(String fleet, int number) {
    Optional<String> wish = options.networks().zone();
    if (wish.isPresent()) {
      return wish.filter(zone -> !zone.equals(Answers.NONE));
    }
    return number < 2
        ? Optional.empty()
        : Optional.of(fleet.equals(FLEET) ? PRIVATE_ZONE : fleet + "." + PRIVATE_ZONE);
  }

  private List<Cidr> wished() throws CommandFailure {
    Keyed addresses = options.networks().addresses();
    List<Cidr> wished = new ArrayList<>();
    for (String one : addresses.values()) {
      wished.addAll(addresses.read(one, Answers::networks));
    }
    return wished;
  }

  /** Notes on the connection of the networks of the draft's regions. */
  public List<String> ways() {
    return ways.notes();
  }

  /** Commands that connect what is not connected yet. */
  public List<String> commandsOfWays() {
    return ways.commands();
  }

  private NetworkWays.Place region(String region, NetworkChoice choice, List<Served> served)
      throws CommandFailure {
    List<Served> here = served.stream().filter(one -> one.mayBeIn(region)).toList();
    List<AccountDatabase> known = here.stream().flatMap(one -> one.in(region).stream()).toList();
    List<AccountNetwork.Group> groups =
        account.groups(
            region, known.stream().flatMap(one -> one.groups().stream()).distinct().toList());
    Map<String, List<String>> networks = new LinkedHashMap<>();
    for (AccountDatabase one : known) {
      one.vpc()
          .or(
              () ->
                  groups.stream()
                      .filter(group -> one.groups().contains(group.id()))
                      .flatMap(group -> group.vpc().stream())
                      .findFirst())
          .ifPresent(
              vpc -> networks.computeIfAbsent(vpc, id -> new ArrayList<>()).addAll(one.subnets()));
    }
    NetworkChoice.Chosen network = choice.of(region, networks);
    List<DraftDatabase> databases = new ArrayList<>();
    for (Served one : here) {
      databases.add(database(one, region, groups));
    }
    return new NetworkWays.Place(
        network.region().with(databases),
        network.known(),
        known.stream()
            .filter(one -> one.vpc().isPresent() && one.vpc().equals(network.region().vpc()))
            .flatMap(one -> one.subnets().stream())
            .distinct()
            .toList(),
        network.elsewhere());
  }

  private DraftDatabase database(Served served, String region, List<AccountNetwork.Group> groups)
      throws CommandFailure {
    Optional<AccountDatabase> here = served.in(region);
    Optional<AccountDatabase> from =
        here.or(() -> served.writerRegion().flatMap(served::in))
            .filter(one -> one.endpoint().isPresent());
    Answers.Url url = from.isPresent() ? url(from.get()) : url(served, region);
    Optional<RdsEndpoint> name = RdsEndpoint.of(url.host());
    boolean inRegion = name.map(RdsEndpoint::region).filter(region::equals).isPresent();
    Optional<String> identifier =
        here.map(AccountDatabase::name)
            .or(() -> name.filter(any -> inRegion).map(RdsEndpoint::identifier));
    DraftLogIn logIn = logIns.of(served.document(), region, here);
    return new DraftDatabase(
        served.document(),
        identifier,
        served.kind(url.host()),
        url.engine(),
        url.host(),
        url.port(),
        url.database(),
        served.arn(),
        new DraftDatabase.DraftAccess(
            logIn,
            here.map(AccountDatabase::resource).filter(one -> !one.isEmpty()),
            identifier.isPresent()
                ? group(served.document(), region, here, groups)
                : Optional.empty(),
            certificate(served.document())));
  }

  private Optional<String> certificate(String document) throws CommandFailure {
    Keyed option = options.databases().certificate();
    Optional<String> written = option.one(document);
    return written.isEmpty() ? written : Optional.of(option.read(written.get(), Answers::secret));
  }

  private static Answers.Url url(AccountDatabase one) {
    Engine engine = Engine.ofRds(one.engine()).orElseThrow();
    return new Answers.Url(
        engine,
        one.endpoint().orElseThrow(),
        one.port() == 0 ? engine.port() : one.port(),
        one.database());
  }

  /** The one that is written for this region, if any is; else whatever is written for it. */
  private Answers.Url url(Served served, String region) throws CommandFailure {
    Keyed option = options.databases().url();
    List<Answers.Url> written = new ArrayList<>();
    for (String one : option.all(served.document())) {
      written.add(option.read(one, Answers::url));
    }
    Optional<Answers.Url> fitting =
        written.stream()
            .filter(
                one ->
                    RdsEndpoint.of(one.host())
                        .map(RdsEndpoint::region)
                        .filter(region::equals)
                        .isPresent())
            .findFirst()
            .or(() -> written.stream().findFirst());
    if (fitting.isPresent()) {
      return fitting.get();
    }
    return dialogue.ask(
        "Where %s is, for nodes in %s (jdbc:postgresql://HOST:PORT/DATABASE)"
            .formatted(served.document(), region),
        Optional.empty(),
        "--url",
        Answers::url);
  }

  /** The default group of a network is rarely meant where there is another one. */
  private Optional<String> group(
      String document,
      String region,
      Optional<AccountDatabase> known,
      List<AccountNetwork.Group> groups)
      throws CommandFailure {
    Keyed option = options.databases().group();
    Optional<String> wish = option.one(document);
    if (wish.isPresent()) {
      return option.read(wish.get(), Answers::groupOrNone);
    }
    List<String> ids = known.map(AccountDatabase::groups).orElse(List.of());
    Optional<String> best =
        groups.stream()
            .filter(one -> ids.contains(one.id()) && !one.name().equals("default"))
            .map(AccountNetwork.Group::id)
            .findFirst()
            .or(() -> ids.stream().findFirst());
    return best.isPresent()
        ? best
        : dialogue.ask(
            "Security group of %s in %s, which is opened for the nodes (sg-…, or none)"
                .formatted(document, region),
            Optional.of("none"),
            "--security-group",
            Answers::groupOrNone);
  }

  /** The secrets of a draft that have to be made first, or may have to be. */
  public List<MissingSecret> missingSecrets(Draft draft) {
    return logIns.missing(draft);
  }

  /**
   * Makes a missing secret, if a person says so and types the password.
   *
   * @return whether it is there now
   */
  public boolean offers(MissingSecret secret) throws CommandFailure {
    if (!dialogue.agrees(
        "Make the secret %s in %s now".formatted(secret.name(), String.join(", ", secret.in())))) {
      return false;
    }
    Optional<String> password = dialogue.secret("Password of " + secret.user());
    return password.isPresent() && account.make(secret, password.get());
  }
}
