package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.cache.SharedStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretAttributes;
import software.constructs.Construct;

/**
 * The store over which nodes tell each other of writes and share answers of the cache, on
 * ElastiCache: with TLS, a password that is made, and what nodes need of its parameters. Nodes go
 * on without it, each for itself.
 *
 * <pre>{@code
 * HeimdallStore store =
 *     new HeimdallStore(this, "Store", HeimdallStoreProps.builder().vpc(vpc).build());
 * fleet.getNodes().allowToDefaultPort(store);
 * store.grantConnect(fleet);
 * }</pre>
 */
public final class HeimdallStore extends Construct implements IHeimdallStore {
  private static final int MOST_REPLICAS = 5;
  private static final int MOST_SHARDS = 100;
  private static final int ZONES = 2;

  private final SharedStore store;
  private final Optional<IKey> key;
  private final PartAccess access;

  public HeimdallStore(Construct scope, String id, HeimdallStoreProps props) {
    super(scope, id);
    FleetChecks.name(props.getFleetName());
    FleetChecks.range("replicas", props.getReplicas(), 0, MOST_REPLICAS);
    FleetChecks.range("shards", props.getShards(), 1, MOST_SHARDS);
    FleetChecks.require(
        props.getNodeType().startsWith("cache.") || Token.isUnresolved(props.getNodeType()),
        "nodeType",
        props.getNodeType(),
        "a type such as cache.t4g.small");
    key = props.getEncryptionKey();
    HeimdallStoreEngine engine = props.getEngine();
    store =
        new SharedStore(
            this,
            "Default",
            new SharedStore.Plan(
                props.getFleetName(),
                props.getVpc().getVpcId(),
                subnets(props),
                engine.engine(),
                engine.version(),
                engine.family(),
                props.getNodeType(),
                props.getReplicas(),
                props.getShards() > 1 ? Optional.of(props.getShards()) : Optional.empty(),
                props.getReplicas() > 0,
                kind(props),
                key.map(IKey::getKeyArn)));
    access = new PartAccess(this, "", store.group().getAttrGroupId(), List.of(store.port()));
  }

  /** A store that another app or a plain template has made. */
  public static IHeimdallStore fromHeimdallStoreAttributes(
      Construct scope, String id, HeimdallStoreAttributes attributes) {
    return new ImportedStore(scope, id, attributes);
  }

  /** No subnet with a server in it can be taken away: zones may go, but for two. */
  private static List<String> subnets(HeimdallStoreProps props) {
    List<String> all = Subnets.ids(props.getVpc(), props.getVpcSubnets());
    FleetChecks.require(
        all.size() >= ZONES || props.getReplicas() == 0 || Token.isUnresolved(all),
        "vpcSubnets",
        all,
        "two of different zones at least, or 0 replicas");
    return props.getVpcSubnets().isPresent() || all.size() < ZONES ? all : all.subList(0, ZONES);
  }

  /**
   * ElastiCache makes no Redis of Valkey, and no several shards of a server without cluster mode:
   * such a change is another store, which is made before the old one goes.
   */
  private static String kind(HeimdallStoreProps props) {
    return (props.getEngine() == HeimdallStoreEngine.VALKEY ? "" : "Redis")
        + (props.getShards() > 1 ? "Shards" : "");
  }

  /** Access to its servers; of nodes: {@code fleet.getNodes().allowToDefaultPort(store)}. */
  @Override
  public Connections getConnections() {
    return access.clients();
  }

  @Override
  public String getAddress() {
    return store.address();
  }

  @Override
  public int getPort() {
    return store.port();
  }

  @Override
  public boolean getClusterMode() {
    return store.clusterMode();
  }

  @Override
  public String getSecurityGroupId() {
    return store.group().getAttrGroupId();
  }

  @Override
  public ISecret getPassword() {
    if (getNode().tryFindChild("PasswordSecret") instanceof ISecret made) {
      return made;
    }
    SecretAttributes.Builder secret =
        SecretAttributes.builder().secretCompleteArn(store.passwordArn());
    key.ifPresent(secret::encryptionKey);
    return Secret.fromSecretAttributes(this, "PasswordSecret", secret.build());
  }

  @Override
  public String getPasswordName() {
    return store.passwordName();
  }

  /** The id of the replication group. */
  public String getReplicationGroupId() {
    return store.servers().getRef();
  }

  /** Memory that data takes, in percent; towards 100 what nodes share is evicted. */
  public Metric metricMemory() {
    return metricMemory(MetricOptions.builder().build());
  }

  /** Memory use of the store, with another period, statistic or label. */
  public Metric metricMemory(MetricOptions options) {
    return metric("DatabaseMemoryUsagePercentage", "Maximum", options);
  }

  /** The load of the servers' thread, in percent. */
  public Metric metricLoad() {
    return metricLoad(MetricOptions.builder().build());
  }

  /** Load of the servers' thread, with another period, statistic or label. */
  public Metric metricLoad(MetricOptions options) {
    return metric("EngineCPUUtilization", "Maximum", options);
  }

  /** Keys that were evicted as there was no memory: answers that nodes ask the database again. */
  public Metric metricEvictions() {
    return metricEvictions(MetricOptions.builder().build());
  }

  /** Evicted keys, with another period, statistic or label. */
  public Metric metricEvictions(MetricOptions options) {
    return metric("Evictions", "Sum", options);
  }

  /** Connections that nodes have open. */
  public Metric metricConnections() {
    return metricConnections(MetricOptions.builder().build());
  }

  /** Open connections of nodes, with another period, statistic or label. */
  public Metric metricConnections(MetricOptions options) {
    return metric("CurrConnections", "Maximum", options);
  }

  private Metric metric(String name, String statistic, MetricOptions options) {
    return Metrics.of(
            "AWS/ElastiCache",
            name,
            Map.of("ReplicationGroupId", getReplicationGroupId()),
            statistic)
        .with(options);
  }
}
