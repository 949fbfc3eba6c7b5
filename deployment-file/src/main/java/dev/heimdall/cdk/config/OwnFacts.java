package dev.heimdall.cdk.config;

import dev.heimdall.model.StrictDocument.Findings;
import java.util.ArrayList;
import java.util.List;

/** The facts of a region that its deployment knows: the file says others. */
public final class OwnFacts {
  /** The region. */
  public static final String NAME = "name";

  /** The bucket with the configuration or beside it. */
  public static final String BUCKET = "bucket";

  /** {@code fleet.httpPort}. */
  public static final String HTTP_PORT = "httpPort";

  /** The addresses of the nodes' subnets, as far as they are known. */
  public static final String SUBNETS = "subnets";

  /** Those of the whole network. */
  public static final String ADDRESSES = "addresses";

  /** The server of the store. */
  public static final String STORE = "store";

  /** Mode of the store: how its servers belong together. */
  public static final String STORE_MODE = "storeMode";

  /** The name of the secret with its password. */
  public static final String STORE_PASSWORD = "storePassword";

  /** TLS towards the store. */
  public static final String STORE_TLS = "storeTls";

  /** Nodes that share the store. */
  public static final String STORE_SCOPE = "storeScope";

  /** Address that nodes report to. */
  public static final String MANAGER = "manager";

  /** Number of managers in the region. */
  public static final String MANAGERS = "managers";

  private static final List<String> ALWAYS =
      List.of(
          NAME,
          BUCKET,
          HTTP_PORT,
          STORE,
          STORE_MODE,
          STORE_PASSWORD,
          STORE_TLS,
          STORE_SCOPE,
          MANAGER,
          MANAGERS);

  private OwnFacts() {}

  /** Of a network that is there, the file may say what its addresses are. */
  private static List<String> of(Network network) {
    List<String> own = new ArrayList<>(ALWAYS);
    if (network.vpc().isEmpty()) {
      own.addAll(List.of(SUBNETS, ADDRESSES));
    }
    return own;
  }

  /** Makes sure that a region's facts say nothing that is known already. */
  static void check(Region region, String at, Findings findings) {
    List<String> own = of(region.network());
    region
        .facts()
        .values()
        .keySet()
        .forEach(
            name -> {
              String path = at + ".facts." + name;
              if (findings.sound(path) && own.contains(name)) {
                findings.problem(
                    path,
                    "the name \"" + name + "\"",
                    "a name of its own: the deployment says " + String.join(", ", own) + " itself");
              }
            });
  }
}
