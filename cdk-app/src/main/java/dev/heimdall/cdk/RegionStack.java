package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallConfigSync;
import dev.heimdall.cdk.constructs.HeimdallFacts;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.constructs.HeimdallManager;
import dev.heimdall.cdk.constructs.HeimdallStore;
import dev.heimdall.cdk.constructs.IHeimdallStore;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.documents.FirstDocuments;
import dev.heimdall.cdk.join.Peering;
import dev.heimdall.cdk.network.OwnNetwork;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.region.DatabaseRules;
import dev.heimdall.cdk.region.RegionConfigSync;
import dev.heimdall.cdk.region.RegionFleet;
import dev.heimdall.cdk.region.RegionManager;
import dev.heimdall.cdk.region.RegionNames;
import dev.heimdall.cdk.region.RegionStore;
import dev.heimdall.cdk.region.RegionWays;
import dev.heimdall.cdk.region.StackFacts;
import dev.heimdall.cdk.watch.Watch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.IConstruct;

/**
 * All that a region has, in one stack: CloudFormation makes what is new, moves those who use it,
 * and takes away what is old, in the right order. What stacks export to each other cannot be
 * changed while another one uses it.
 */
final class RegionStack extends Stack {
  private RegionStack(App app, Deployment deployment, Region region) {
    super(
        app,
        name(deployment, region),
        props(deployment, region, "")
            // A protected load balancer goes last: until it refuses, all the rest is gone.
            .terminationProtection(region.fleet().protect())
            .build());
  }

  /**
   * Returns the properties that all stacks of a region have.
   *
   * @param more behind the deployment's name, of what it is
   */
  static StackProps.Builder props(Deployment deployment, Region region, String more) {
    return StackProps.builder()
        .description("Heimdall " + deployment.name() + more)
        .env(
            Environment.builder()
                .region(region.region())
                .account(region.account().orElse(null))
                .build())
        .tags(deployment.tags())
        .analyticsReporting(false);
  }

  /** Name of the region's stack. */
  static String name(Deployment deployment, Region region) {
    return deployment.name() + "-" + region.region();
  }

  /**
   * Makes it.
   *
   * @param base where relative paths of files begin
   * @throws DeploymentException if a file is missing
   */
  static RegionStack of(App app, Deployment deployment, Region region, Path base)
      throws DeploymentException {
    String at = "$.regions[%d].".formatted(deployment.regions().indexOf(region));
    String release =
        built(
            base.resolve(region.fleet().release()),
            at + "fleet.release",
            "cdk-app/release, which builds the nodes");
    String jar =
        region.configSync().enabled()
            ? built(
                base.resolve(region.configSync().jar()),
                at + "configSync.jar",
                "mvn -pl config-sync-lambda -am package, or leave the function out with"
                    + " \"enabled\": false")
            : "";
    RegionStack stack = new RegionStack(app, deployment, region);
    stack.make(deployment, region, base, release, jar);
    return stack;
  }

  private void make(Deployment deployment, Region region, Path base, String release, String jar)
      throws DeploymentException {
    warnOfAddresses(deployment, region);
    warnOfPushes(deployment, region);
    warnOfPartition(deployment, region);
    Place place =
        region
            .network()
            .vpc()
            .map(vpc -> Place.given(this, vpc, region.network().subnets()))
            .orElseGet(
                () ->
                    new OwnNetwork(
                            this,
                            "Network",
                            deployment.name(),
                            region.network(),
                            deployment.addresses(region),
                            !region.manager().alertTopics().isEmpty(),
                            region.instances().sessionManager())
                        .place());
    List<Peering> ways = RegionWays.of(this, deployment, region, place);
    DocumentStores documents =
        new DocumentStores(
            this,
            "Documents",
            deployment.name(),
            region.documents(),
            Optional.of(place),
            pushKeys(deployment, region),
            new DocumentStores.Copies(
                deployment.copiesOf(region).stream().map(Region::region).toList(),
                deployment.hasCopy(region)),
            region.encryptionKey());
    Optional<HeimdallStore> made =
        region.cache().made()
            ? Optional.of(RegionStore.of(this, "Store", deployment.name(), region, place))
            : Optional.empty();
    Optional<IHeimdallStore> store =
        made.<IHeimdallStore>map(own -> own)
            .or(() -> RegionStore.existing(this, "ExistingStore", region.cache()));
    HeimdallFacts facts = StackFacts.of(deployment, region, place, documents, store);
    Optional<HeimdallManager> manager =
        region.manager().enabled()
            ? Optional.of(
                RegionManager.of(
                    this, "Manager", deployment, region, place, release, documents, facts))
            : Optional.empty();
    HeimdallFacts ofNodes = StackFacts.ofNodes(facts, manager);
    HeimdallFleet fleet =
        RegionFleet.of(
            this, "Fleet", deployment, region, place, release, documents, store, ofNodes);
    DatabaseRules.of(fleet, region, deployment.joinedAddresses(region), ways);
    manager.ifPresent(one -> one.reportsArriveFrom(fleet));
    Optional<FirstDocuments> first =
        firstDocuments(deployment, region, base, ofNodes.toJson(region.region()), documents);
    // Who boots looks for documents, and one who finds none fills no file system.
    first.ifPresent(written -> fleet.bootsBehind(written));
    first.ifPresent(written -> manager.ifPresent(one -> one.bootsBehind(written)));
    if (first.isPresent() && region.documents().place() == DocumentPlace.FILE_SYSTEM) {
      manager.ifPresent(one -> fleet.bootsBehind(one));
    }
    Optional<HeimdallConfigSync> sync =
        region.configSync().enabled()
            ? Optional.of(
                RegionConfigSync.of(
                    this, "ConfigSync", deployment, region, place, jar, documents, fleet))
            : Optional.empty();
    if (region.observability().enabled()) {
      new Watch(this, "Watch", deployment, region, fleet, sync, made, manager);
    }
    if (deployment.routing().enabled()) {
      String makesZone = name(deployment, deployment.regions().get(0));
      RegionNames.of(this, "Names", deployment, region, place, fleet, makesZone);
    }
    nameOutputs();
  }

  /** Addresses are chosen once: others would replace the network and all that is in it. */
  private void warnOfAddresses(Deployment deployment, Region region) {
    int index = deployment.regions().indexOf(region);
    if (index > 0 && region.network().vpc().isEmpty() && region.network().addresses().isEmpty()) {
      Annotations.of(this)
          .addInfoV2(
              "heimdall:addresses",
              "$.regions[%d].network.addresses: %s, as the file says nothing. A network that was"
                      .formatted(index, deployment.addresses(region))
                  + " made before regions had different ones keeps its own only if the file says"
                  + " them: \"10.40.0.0/16\".");
    }
    List<Region> same = deployment.overlapping(region);
    if (!same.isEmpty()) {
      Annotations.of(this)
          .addWarningV2(
              "heimdall:overlappingAddresses",
              "$.regions[%d].network.addresses: %s overlaps the network of %s, so that no peering and"
                      .formatted(
                          index,
                          deployment.addresses(region),
                          same.stream().map(Region::region).collect(Collectors.joining(", ")))
                  + " no transit gateway can connect them. Before a region is deployed, give it"
                  + " addresses of its own, or leave \"addresses\" out; afterwards others replace"
                  + " its network.");
    }
  }

  /**
   * Warns of missing pushes; only the owner of an existing network knows whether anything connects
   * it.
   */
  private void warnOfPushes(Deployment deployment, Region region) {
    List<String> silent =
        deployment.regions().stream()
            .filter(other -> deployment.publishedIn(other).contains(region))
            .filter(other -> !deployment.pushedTo(other).contains(region))
            .map(Region::region)
            .toList();
    if (region.network().vpc().isPresent() && !silent.isEmpty()) {
      Annotations.of(this)
          .addInfoV2(
              "heimdall:noPushes",
              "$.join: none. Should the function of %s fail, those of %s reach its nodes by the"
                      .formatted(region.region(), String.join(", ", silent))
                  + " bucket only, as the file does not say that something connects %s with their"
                      .formatted(region.network().vpc().get())
                  + " networks. Write \"join\": \"existing\" where something does, or \"peering\""
                  + " to have them connected, and $.regions[%d].network.addresses."
                      .formatted(deployment.regions().indexOf(region)));
    }
  }

  /** Its databases are known by other authorities than those that a release has by default. */
  private void warnOfPartition(Deployment deployment, Region region) {
    if (!region.partition().equals("aws")) {
      Annotations.of(this)
          .addInfoV2(
              "heimdall:partition",
              "$.regions[%d].region: %s is of the partition %s, whose databases have certificate"
                      .formatted(
                          deployment.regions().indexOf(region), region.region(), region.partition())
                  + " authorities of their own. Pack the release with them (cdk-app/release %s=),"
                      .formatted(region.partition())
                  + " as docs/aws-parts.md says");
    }
  }

  private Optional<FirstDocuments> firstDocuments(
      Deployment deployment, Region region, Path base, String facts, DocumentStores documents)
      throws DeploymentException {
    boolean copy = deployment.hasCopy(region);
    Optional<String> initial =
        deployment.regions().stream()
            .filter(one -> copy ? deployment.copiesOf(one).contains(region) : one.equals(region))
            .findFirst()
            .flatMap(one -> one.documents().initial());
    if (initial.isEmpty()) {
      return Optional.empty();
    }
    Path directory = base.resolve(initial.get()).normalize();
    SortedMap<String, String> texts = InitialDocuments.read(directory, deployment, region, facts);
    // Nodes of a region with a copy read the same documents, with facts of their own.
    return copy
        ? Optional.empty()
        : Optional.of(new FirstDocuments(this, "FirstDocuments", documents, texts));
  }

  /** An account's first region makes the key; the others have copies of it. */
  private static DocumentStores.PushKeys pushKeys(Deployment deployment, Region region) {
    List<String> ofTheAccount =
        deployment.regions().stream()
            .filter(other -> other.account().equals(region.account()))
            .map(Region::region)
            .toList();
    boolean first = ofTheAccount.get(0).equals(region.region());
    return new DocumentStores.PushKeys(
        first, first ? ofTheAccount.subList(1, ofTheAccount.size()) : List.of());
  }

  /** People read outputs, and scripts ask for them: such as {@code FleetAddress}. */
  private void nameOutputs() {
    for (IConstruct each : getNode().findAll()) {
      if (each instanceof CfnOutput output) {
        String name =
            Arrays.stream(output.getNode().getPath().split("/"))
                .skip(1)
                .filter(part -> !part.equals("Default"))
                .map(part -> part.replaceAll("Output$", ""))
                .reduce((of, what) -> what.startsWith(of) ? what : of + what)
                .orElseThrow();
        output.overrideLogicalId(name);
      }
    }
  }

  @Override
  public List<String> getAvailabilityZones() {
    return OwnNetwork.zones();
  }

  private static String built(Path file, String setting, String remedy) throws DeploymentException {
    Path path = file.normalize();
    if (!Files.isRegularFile(path)) {
      throw new DeploymentException(
          "%s: there is no file %s; run %s".formatted(setting, path, remedy));
    }
    return path.toString();
  }
}
