package dev.heimdall.cdk;

import dev.heimdall.cdk.cache.SharedStore;
import dev.heimdall.cdk.cache.StoreStack;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.documents.DocumentsStack;
import dev.heimdall.cdk.documents.FirstDocuments;
import dev.heimdall.cdk.fleet.FleetStack;
import dev.heimdall.cdk.manager.ManagerGroup;
import dev.heimdall.cdk.manager.ManagerStack;
import dev.heimdall.cdk.names.LatencyStack;
import dev.heimdall.cdk.network.NetworkStack;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.sync.ConfigSyncFunction;
import dev.heimdall.cdk.sync.ConfigSyncStack;
import dev.heimdall.cdk.watch.WatchStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** The stacks of one region, in the order in which they are deployed. */
final class RegionStacks {
  private final App app;
  private final Deployment deployment;
  private final Region region;
  private final Path base;

  /**
   * @param base where relative paths of files begin
   */
  RegionStacks(App app, Deployment deployment, Region region, Path base) {
    this.app = app;
    this.deployment = deployment;
    this.region = region;
    this.base = base;
  }

  void make() throws DeploymentException {
    String release =
        built(region.fleet().release(), "fleet.release", "cdk-app/release, which builds the nodes");
    String jar =
        region.configSync().enabled()
            ? built(
                region.configSync().jar(),
                "configSync.jar",
                "mvn -pl config-sync-lambda -am package, or leave the function out with"
                    + " \"enabled\": false")
            : "";
    Place place =
        region
            .network()
            .vpc()
            .map(vpc -> new Place(vpc, region.network().subnets(), List.of()))
            .orElseGet(
                () ->
                    new NetworkStack(
                            app,
                            id("network"),
                            props("network"),
                            region.network(),
                            !region.manager().alertTopics().isEmpty())
                        .place());
    DocumentStores documents =
        new DocumentsStack(
                app,
                id("documents"),
                props("documents"),
                deployment.name(),
                region.documents(),
                place,
                pushKeys())
            .stores();
    Optional<SharedStore> store =
        region.cache().enabled()
            ? Optional.of(
                new StoreStack(
                        app, id("store"), props("store"), deployment.name(), region.cache(), place)
                    .store())
            : Optional.empty();
    Optional<Stack> first = firstDocuments(place, documents, store);
    FleetStack fleet =
        new FleetStack(
            app,
            id("fleet"),
            props("fleet"),
            deployment.name(),
            region,
            place,
            release,
            documents,
            store);
    Optional<ManagerStack> managing =
        region.manager().enabled()
            ? Optional.of(
                new ManagerStack(
                    app,
                    id("manager"),
                    props("manager"),
                    deployment,
                    region,
                    place,
                    release,
                    documents))
            : Optional.empty();
    // Who boots looks for documents, and one who finds none fills no file system.
    first.ifPresent(fleet::addDependency);
    first.ifPresent(stack -> managing.ifPresent(one -> one.addDependency(stack)));
    if (first.isPresent() && region.documents().place() == DocumentPlace.FILE_SYSTEM) {
      managing.ifPresent(fleet::addDependency);
    }
    Optional<ManagerGroup> manager = managing.map(ManagerStack::manager);
    Optional<ConfigSyncFunction> sync =
        region.configSync().enabled()
            ? Optional.of(
                new ConfigSyncStack(
                        app,
                        id("config-sync"),
                        props("config-sync"),
                        deployment,
                        region,
                        place,
                        jar,
                        documents,
                        fleet.fleet().nodeGroup().getAttrGroupId())
                    .function())
            : Optional.empty();
    if (region.observability().enabled()) {
      new WatchStack(
          app,
          id("watch"),
          props("watch"),
          deployment,
          region,
          fleet.fleet(),
          sync,
          store,
          manager);
    }
    if (deployment.routing().enabled()) {
      new LatencyStack(
          app,
          id("names"),
          props("names"),
          region,
          deployment.routing(),
          place,
          fleet.fleet().balancer());
    }
  }

  /**
   * Beside the store, whose address is in them: what another stack knew of it could not be changed
   * any more.
   *
   * @return the stack that writes them, if any does
   */
  private Optional<Stack> firstDocuments(
      Place place, DocumentStores documents, Optional<SharedStore> store)
      throws DeploymentException {
    if (region.documents().initial().isEmpty()) {
      return Optional.empty();
    }
    Path directory = base.resolve(region.documents().initial().get()).normalize();
    InitialDocuments read = InitialDocuments.read(directory, deployment, region, place.networks());
    Stack stack = Stack.of(store.<Construct>map(one -> one).orElse(documents));
    new FirstDocuments(
        stack,
        "FirstDocuments",
        documents,
        region.documents().prefix(),
        read.with(
            new InitialDocuments.Known(
                documents.bucket().getBucketName(), store.map(SharedStore::address))));
    return Optional.of(stack);
  }

  /** An account's first region makes the key; the others have copies of it. */
  private DocumentStores.PushKeys pushKeys() {
    List<String> ofTheAccount =
        deployment.regions().stream()
            .filter(other -> other.account().equals(region.account()))
            .map(Region::region)
            .toList();
    boolean first = ofTheAccount.get(0).equals(region.region());
    return new DocumentStores.PushKeys(
        first, first ? ofTheAccount.subList(1, ofTheAccount.size()) : List.of());
  }

  private String id(String what) {
    return deployment.name() + "-" + region.region() + "-" + what;
  }

  private StackProps props(String what) {
    return StackProps.builder()
        .description("Heimdall " + deployment.name() + ": " + what)
        .env(
            Environment.builder()
                .region(region.region())
                .account(region.account().orElse(null))
                .build())
        .tags(deployment.tags())
        .analyticsReporting(false)
        .build();
  }

  private String built(String file, String setting, String remedy) throws DeploymentException {
    Path path = base.resolve(file).normalize();
    if (!Files.isRegularFile(path)) {
      throw new DeploymentException(
          "$.regions[%d].%s: there is no file %s; run %s"
              .formatted(deployment.regions().indexOf(region), setting, path, remedy));
    }
    return path.toString();
  }
}
