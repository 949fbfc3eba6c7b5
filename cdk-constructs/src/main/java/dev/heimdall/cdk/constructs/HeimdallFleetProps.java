package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IMachineImage;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.elasticloadbalancingv2.ClientRoutingPolicy;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.kms.IKey;

/** Props of a {@link HeimdallFleet}. */
public interface HeimdallFleetProps {
  /** The network. */
  IVpc getVpc();

  /** The ports of virtual databases, which clients connect to. By default 5432. */
  List<Integer> getPorts();

  /** The release that instances install. */
  HeimdallArchive getRelease();

  /** Source of the nodes' configuration. */
  HeimdallDocuments getDocuments();

  /**
   * Prefix of the instances' and the secrets' names: 1 to 20 lowercase letters, digits and hyphens,
   * different for each fleet of an account. By default {@code heimdall}.
   */
  String getFleetName();

  /**
   * Subnets of the nodes, with a group in each subnet. By default one private subnet of each zone.
   */
  Optional<SubnetSelection> getVpcSubnets();

  /**
   * Networks that clients are in, and security groups that they have, by their ids, beside who is
   * let in by {@link IHeimdallFleet#allowClientsFrom}. By default none.
   */
  List<String> getClients();

  /**
   * The port of the nodes' HTTP endpoint, {@code http.port} of {@code node.json}. By default 5059.
   */
  int getHttpPort();

  /**
   * The types of instances, the preferred one first, all with the same processors. By default
   * {@code c7g.large}, {@code c6g.large} and {@code m7g.large}.
   */
  List<InstanceType> getInstanceTypes();

  /**
   * The parameter of Systems Manager that names the image. By default that of the newest Amazon
   * Linux 2023 for these processors.
   */
  Optional<String> getImageParameter();

  /**
   * An image of one's own, in place of the parameter's. Its system is Amazon Linux 2023. By default
   * the parameter's.
   */
  Optional<IMachineImage> getMachineImage();

  /** Nodes of a zone at least; 0 makes all but the nodes. By default 1. */
  int getFewestPerZone();

  /** Nodes of a zone at most. By default 4. */
  int getMostPerZone();

  /** The load of processors in percent that a zone's group is scaled for. By default 50. */
  int getTargetLoad();

  /**
   * Idle time after which the load balancer drops a connection: 60 to 6,000 seconds. By default an
   * hour.
   */
  Duration getIdleTimeout();

  /**
   * Maximum lifetime of connections of a node that is removed: longer than {@code drainTimeout} of
   * {@code node.json}. By default five minutes.
   */
  Duration getDrain();

  /** Zones whose nodes serve a client inside the network. By default mostly those of its own. */
  ClientRoutingPolicy getClientRouting();

  /** True if the load balancer resists being deleted. By default it does. */
  boolean getDeletionProtection();

  /** Resources, known by name, that nodes may use. By default nothing. */
  HeimdallAccess getAccess();

  /**
   * Policies that the nodes' role has besides its own, such as that of Session Manager. By default
   * none.
   */
  List<IManagedPolicy> getManagedPolicies();

  /** Destination of the instances' logs. By default into a group that keeps lines for 30 days. */
  HeimdallLogs getInstanceLogs();

  /**
   * True if an instance whose boot has failed is kept in standby, one of each group, for people to
   * look at. By default it is replaced.
   */
  boolean getKeepFailedInstances();

  /**
   * The key of the instances' disks. Its policy has to let Auto Scaling's service-linked role use
   * it, and make grants. By default the account's key of EBS.
   */
  Optional<IKey> getDiskKey();

  /**
   * Facts that differ in each region, which documents refer to by <code>${region.NAME}</code>. By
   * default {@code name}, the region.
   */
  HeimdallFacts getFacts();

  /** Begins them. */
  static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other; what is not said has its default. */
  final class Builder {
    private static final int USUAL_PORT = 5432;

    private IVpc vpc;
    private List<Integer> ports = List.of(USUAL_PORT);
    private HeimdallArchive release;
    private HeimdallDocuments documents;
    private String fleetName = "heimdall";
    private Optional<SubnetSelection> vpcSubnets = Optional.empty();
    private List<String> clients = List.of();
    private int httpPort = 5059;
    private List<InstanceType> instanceTypes = List.of();
    private Optional<String> imageParameter = Optional.empty();
    private Optional<IMachineImage> machineImage = Optional.empty();
    private int fewestPerZone = 1;
    private int mostPerZone = 4;
    private int targetLoad = 50;
    private Duration idleTimeout = Duration.hours(1);
    private Duration drain = Duration.minutes(5);
    private ClientRoutingPolicy clientRouting =
        ClientRoutingPolicy.PARTIAL_AVAILABILITY_ZONE_AFFINITY;
    private boolean deletionProtection = true;
    private HeimdallAccess access = HeimdallAccess.none();
    private List<IManagedPolicy> managedPolicies = List.of();
    private HeimdallLogs instanceLogs = HeimdallLogs.kept(Duration.days(30));
    private boolean keepFailedInstances = false;
    private Optional<IKey> diskKey = Optional.empty();
    private HeimdallFacts facts = HeimdallFacts.ofRegion();

    private Builder() {}

    /** Sets {@link HeimdallFleetProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = vpc;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getPorts}. */
    public Builder ports(List<Integer> ports) {
      this.ports = List.copyOf(ports);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getRelease}. */
    public Builder release(HeimdallArchive release) {
      this.release = release;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getDocuments}. */
    public Builder documents(HeimdallDocuments documents) {
      this.documents = documents;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getFleetName}. */
    public Builder fleetName(String fleetName) {
      this.fleetName = fleetName;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getVpcSubnets}. */
    public Builder vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = Optional.of(vpcSubnets);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getClients}. */
    public Builder clients(List<String> clients) {
      this.clients = List.copyOf(clients);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getHttpPort}. */
    public Builder httpPort(int httpPort) {
      this.httpPort = httpPort;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getInstanceTypes}. */
    public Builder instanceTypes(List<InstanceType> instanceTypes) {
      this.instanceTypes = List.copyOf(instanceTypes);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getImageParameter}. */
    public Builder imageParameter(String imageParameter) {
      this.imageParameter = Optional.of(imageParameter);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getMachineImage}. */
    public Builder machineImage(IMachineImage machineImage) {
      this.machineImage = Optional.of(machineImage);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getFewestPerZone}. */
    public Builder fewestPerZone(int fewestPerZone) {
      this.fewestPerZone = fewestPerZone;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getMostPerZone}. */
    public Builder mostPerZone(int mostPerZone) {
      this.mostPerZone = mostPerZone;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getTargetLoad}. */
    public Builder targetLoad(int targetLoad) {
      this.targetLoad = targetLoad;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getIdleTimeout}. */
    public Builder idleTimeout(Duration idleTimeout) {
      this.idleTimeout = idleTimeout;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getDrain}. */
    public Builder drain(Duration drain) {
      this.drain = drain;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getClientRouting}. */
    public Builder clientRouting(ClientRoutingPolicy clientRouting) {
      this.clientRouting = clientRouting;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getDeletionProtection}. */
    public Builder deletionProtection(boolean deletionProtection) {
      this.deletionProtection = deletionProtection;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getAccess}. */
    public Builder access(HeimdallAccess access) {
      this.access = access;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getManagedPolicies}. */
    public Builder managedPolicies(List<IManagedPolicy> managedPolicies) {
      this.managedPolicies = List.copyOf(managedPolicies);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getInstanceLogs}. */
    public Builder instanceLogs(HeimdallLogs instanceLogs) {
      this.instanceLogs = instanceLogs;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getKeepFailedInstances}. */
    public Builder keepFailedInstances(boolean keepFailedInstances) {
      this.keepFailedInstances = keepFailedInstances;
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getDiskKey}. */
    public Builder diskKey(IKey diskKey) {
      this.diskKey = Optional.of(diskKey);
      return this;
    }

    /** Sets {@link HeimdallFleetProps#getFacts}. */
    public Builder facts(HeimdallFacts facts) {
      this.facts = facts;
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallFleetProps build() {
      return new HeimdallFleetValues(
          Objects.requireNonNull(vpc, "vpc"),
          ports,
          Objects.requireNonNull(release, "release"),
          Objects.requireNonNull(documents, "documents"),
          fleetName,
          vpcSubnets,
          clients,
          httpPort,
          instanceTypes,
          imageParameter,
          machineImage,
          fewestPerZone,
          mostPerZone,
          targetLoad,
          idleTimeout,
          drain,
          clientRouting,
          deletionProtection,
          access,
          managedPolicies,
          instanceLogs,
          keepFailedInstances,
          diskKey,
          facts);
    }
  }
}
