package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.ec2.IMachineImage;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.kms.IKey;

/** Props of a {@link HeimdallManager}. */
public interface HeimdallManagerProps {
  /** The network. */
  IVpc getVpc();

  /** The release that instances install. */
  HeimdallArchive getRelease();

  /** Documents that the manager edits: those that the fleet reads. */
  HeimdallDocuments getDocuments();

  /**
   * The fleet's name, with which the secret of the password begins. By default {@code heimdall}.
   */
  String getFleetName();

  /**
   * Subnets in which the manager may run: at least two zones. By default one private subnet of each
   * zone.
   */
  Optional<SubnetSelection> getVpcSubnets();

  /** Networks of people who use it, beside who is let in by its connections. By default none. */
  List<String> getClients();

  /** The port of its pages and its REST. By default 8087. */
  int getPort();

  /**
   * The certificate that the load balancer answers with. By default none, and passwords and
   * documents go over the network in clear text.
   */
  Optional<ICertificate> getCertificate();

  /** The type of its instances. By default {@code t4g.medium}. */
  Optional<InstanceType> getInstanceType();

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

  /** Number of managers: 1 or 2. By default 1, which is replaced when it does not answer. */
  int getManagers();

  /**
   * True if the load balancer resists being deleted. By default it does not: what the manager edits
   * lies elsewhere.
   */
  boolean getDeletionProtection();

  /**
   * Further lines of {@code /etc/heimdall.conf}, such as those of single sign-on. By default none.
   */
  List<String> getConf();

  /**
   * Names of secrets that it may read besides its password; what the app has as constructs is
   * granted. By default none.
   */
  List<String> getSecrets();

  /** ARNs of the keys that secrets of others are encrypted with. By default none. */
  List<String> getSecretKeys();

  /**
   * Names of topics of SNS, or beginnings and {@code *}, that it may tell what happened. By default
   * none.
   */
  List<String> getAlertTopics();

  /**
   * Policies that its role has besides its own, such as that of Session Manager. By default none.
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
    private IVpc vpc;
    private HeimdallArchive release;
    private HeimdallDocuments documents;
    private String fleetName = "heimdall";
    private Optional<SubnetSelection> vpcSubnets = Optional.empty();
    private List<String> clients = List.of();
    private int port = 8087;
    private Optional<ICertificate> certificate = Optional.empty();
    private Optional<InstanceType> instanceType = Optional.empty();
    private Optional<String> imageParameter = Optional.empty();
    private Optional<IMachineImage> machineImage = Optional.empty();
    private int managers = 1;
    private boolean deletionProtection = false;
    private List<String> conf = List.of();
    private List<String> secrets = List.of();
    private List<String> secretKeys = List.of();
    private List<String> alertTopics = List.of();
    private List<IManagedPolicy> managedPolicies = List.of();
    private HeimdallLogs instanceLogs = HeimdallLogs.kept(Duration.days(30));
    private boolean keepFailedInstances = false;
    private Optional<IKey> diskKey = Optional.empty();
    private HeimdallFacts facts = HeimdallFacts.ofRegion();

    private Builder() {}

    /** Sets {@link HeimdallManagerProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = vpc;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getRelease}. */
    public Builder release(HeimdallArchive release) {
      this.release = release;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getDocuments}. */
    public Builder documents(HeimdallDocuments documents) {
      this.documents = documents;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getFleetName}. */
    public Builder fleetName(String fleetName) {
      this.fleetName = fleetName;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getVpcSubnets}. */
    public Builder vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = Optional.of(vpcSubnets);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getClients}. */
    public Builder clients(List<String> clients) {
      this.clients = List.copyOf(clients);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getPort}. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getCertificate}. */
    public Builder certificate(ICertificate certificate) {
      this.certificate = Optional.of(certificate);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getInstanceType}. */
    public Builder instanceType(InstanceType instanceType) {
      this.instanceType = Optional.of(instanceType);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getImageParameter}. */
    public Builder imageParameter(String imageParameter) {
      this.imageParameter = Optional.of(imageParameter);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getMachineImage}. */
    public Builder machineImage(IMachineImage machineImage) {
      this.machineImage = Optional.of(machineImage);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getManagers}. */
    public Builder managers(int managers) {
      this.managers = managers;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getDeletionProtection}. */
    public Builder deletionProtection(boolean deletionProtection) {
      this.deletionProtection = deletionProtection;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getConf}. */
    public Builder conf(List<String> conf) {
      this.conf = List.copyOf(conf);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getSecrets}. */
    public Builder secrets(List<String> secrets) {
      this.secrets = List.copyOf(secrets);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getSecretKeys}. */
    public Builder secretKeys(List<String> secretKeys) {
      this.secretKeys = List.copyOf(secretKeys);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getAlertTopics}. */
    public Builder alertTopics(List<String> alertTopics) {
      this.alertTopics = List.copyOf(alertTopics);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getManagedPolicies}. */
    public Builder managedPolicies(List<IManagedPolicy> managedPolicies) {
      this.managedPolicies = List.copyOf(managedPolicies);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getInstanceLogs}. */
    public Builder instanceLogs(HeimdallLogs instanceLogs) {
      this.instanceLogs = instanceLogs;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getKeepFailedInstances}. */
    public Builder keepFailedInstances(boolean keepFailedInstances) {
      this.keepFailedInstances = keepFailedInstances;
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getDiskKey}. */
    public Builder diskKey(IKey diskKey) {
      this.diskKey = Optional.of(diskKey);
      return this;
    }

    /** Sets {@link HeimdallManagerProps#getFacts}. */
    public Builder facts(HeimdallFacts facts) {
      this.facts = facts;
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallManagerProps build() {
      return new HeimdallManagerValues(
          Objects.requireNonNull(vpc, "vpc"),
          Objects.requireNonNull(release, "release"),
          Objects.requireNonNull(documents, "documents"),
          fleetName,
          vpcSubnets,
          clients,
          port,
          certificate,
          instanceType,
          imageParameter,
          machineImage,
          managers,
          deletionProtection,
          conf,
          secrets,
          secretKeys,
          alertTopics,
          managedPolicies,
          instanceLogs,
          keepFailedInstances,
          diskKey,
          facts);
    }
  }
}
