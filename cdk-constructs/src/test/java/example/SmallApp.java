package example;

import dev.heimdall.cdk.constructs.HeimdallAccess;
import dev.heimdall.cdk.constructs.HeimdallArchive;
import dev.heimdall.cdk.constructs.HeimdallDocuments;
import dev.heimdall.cdk.constructs.HeimdallFacts;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.constructs.HeimdallFleetProps;
import dev.heimdall.cdk.constructs.HeimdallManager;
import dev.heimdall.cdk.constructs.HeimdallManagerProps;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.secretsmanager.Secret;

/** A fleet with a manager in a network of its own: docs/constructs.md shows all of it. */
public final class SmallApp {
  private SmallApp() {}

  /** The archive that {@code cdk-app/release} packs, and the directory with the documents. */
  public static void main(String[] arguments) {
    App app = new App();
    fleetWithManager(app, arguments[0], arguments[1]);
    app.synth();
  }

  /** Its stack. */
  public static Stack fleetWithManager(App app, String archive, String conf) {
    Stack stack = new Stack(app, "orders");
    Vpc vpc = new Vpc(stack, "Network");
    HeimdallArchive release = HeimdallArchive.fromAsset(archive);
    HeimdallDocuments documents = HeimdallDocuments.fromAsset(stack, "Documents", conf);
    Secret key = Secret.Builder.create(stack, "FleetKey").secretName("heimdall/fleet-key").build();
    HeimdallManager manager =
        new HeimdallManager(
            stack,
            "Manager",
            HeimdallManagerProps.builder().vpc(vpc).release(release).documents(documents).build());
    HeimdallFleet fleet =
        new HeimdallFleet(
            stack,
            "Fleet",
            HeimdallFleetProps.builder()
                .vpc(vpc)
                .release(release)
                .documents(documents)
                .facts(HeimdallFacts.ofRegion().manager(manager))
                .access(HeimdallAccess.none().secrets(List.of("orders/*")))
                .build());
    manager.reportsArriveFrom(fleet);
    key.grantRead(fleet);
    key.grantRead(manager);
    return stack;
  }
}
