package dev.heimdall.launcher.inspect;

import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.StoreSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Looks from the machine that it runs on, in the name that AWS knows that machine by. */
public final class MachineInspector implements Inspector {
  private final Supplier<Optional<String>> region;
  private final Map<String, String> environment;

  /**
   * @param region in which AWS is looked at; may wait for the instance's metadata
   * @param environment may say where services are, by the names that the SDK knows
   */
  public MachineInspector(Supplier<Optional<String>> region, Map<String, String> environment) {
    this.region = region;
    this.environment = environment;
  }

  @Override
  public AwsAccount account() {
    return region
        .get()
        .map(where -> AccountInventory.read(where, environment))
        .orElseGet(() -> new AwsAccount("", List.of(), List.of(), List.of(nowhere())));
  }

  @Override
  public void endpoints(Consumer<CheckResult> found) {
    Optional<String> where = region.get();
    if (where.isEmpty()) {
      found.accept(nowhere());
    } else {
      AwsEndpoints.look(where.get(), environment, found);
    }
  }

  private static CheckResult nowhere() {
    return CheckResult.skipped(
        "AWS",
        "Region",
        "This machine is no EC2 instance, and no AWS region is named.",
        "To list databases of AWS, set AWS_REGION or the key region in /etc/heimdall.conf, give the"
            + " manager credentials, and start it again.");
  }

  @Override
  public void database(DataSource source, Consumer<CheckResult> found) {
    new DatabaseInspection(source, found).look();
  }

  @Override
  public void store(StoreSettings store, Consumer<CheckResult> found) {
    StoreInspection.look(store, found);
  }

  @Override
  public void node(DataSource node, Consumer<CheckResult> found) {
    new NodeInspection(node, found).look();
  }
}
