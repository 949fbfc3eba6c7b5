package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.image.ImageComponents;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.nag.Reasons;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.IStableAnyProducer;
import software.amazon.awscdk.Lazy;
import software.amazon.awscdk.Names;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.UniqueResourceNameOptions;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.InstanceArchitecture;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.CfnInstanceProfile;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.imagebuilder.CfnComponent;
import software.amazon.awscdk.services.imagebuilder.CfnDistributionConfiguration;
import software.amazon.awscdk.services.imagebuilder.CfnImagePipeline;
import software.amazon.awscdk.services.imagebuilder.CfnImageRecipe;
import software.amazon.awscdk.services.imagebuilder.CfnInfrastructureConfiguration;
import software.amazon.awscdk.services.kms.IKey;
import software.constructs.Construct;

/**
 * A pipeline of EC2 Image Builder that makes the machine image of a release, on Amazon Linux 2023.
 * One for each kind of processor.
 *
 * <pre>{@code
 * new HeimdallImage(
 *     this,
 *     "Image",
 *     HeimdallImageProps.builder()
 *         .vpc(vpc)
 *         .input(HeimdallArchive.fromAsset("target/ami-input.tar.gz"))
 *         .version("0.1.0")
 *         .build());
 * }</pre>
 */
public final class HeimdallImage extends Construct implements IConnectable {
  private static final String DEFAULT_TYPE = "t4g.small";
  private static final String DISK = "/dev/xvda";
  private static final int GIBIBYTES = 8;
  private static final int LONGEST_NAME = 60;

  private final SecurityGroup group;
  private final CfnImagePipeline pipeline;
  private final String name;

  public HeimdallImage(Construct scope, String id, HeimdallImageProps props) {
    super(scope, id);
    String version = props.getVersion();
    FleetChecks.require(
        Token.isUnresolved(version) || version.matches("\\d+\\.\\d+\\.\\d+"),
        "version",
        version,
        "three numbers such as 0.1.0");
    props
        .getUpdateUrl()
        .ifPresent(
            url ->
                FleetChecks.require(
                    url.matches("https?://[^\\s'\"]+"), "updateUrl", url, "https://HOST/PATH"));
    InstanceType type = props.getInstanceType().orElseGet(() -> new InstanceType(DEFAULT_TYPE));
    String processor = type.getArchitecture() == InstanceArchitecture.ARM_64 ? "arm64" : "x86";
    Stack stack = Stack.of(this);
    Release input = props.getInput().bind(this, "Input");
    String provision = ImageComponents.provision(stack, input, props.getUpdateUrl());
    String inspect = ImageComponents.inspect(stack);
    name = named(input, version, processor, props);
    CfnImageRecipe recipe =
        CfnImageRecipe.Builder.create(this, "Recipe")
            .name(name)
            .version(version)
            .parentImage(
                "arn:%s:imagebuilder:%s:aws:image/amazon-linux-2023-%s/x.x.x"
                    .formatted(Aws.PARTITION, Aws.REGION, processor))
            .components(
                List.of(
                    used(component("Provision", version, provision, props)),
                    used(component("Inspect", version, inspect, props))))
            .blockDeviceMappings(List.of(disk(props)))
            .build();
    group =
        SecurityGroup.Builder.create(this, "SecurityGroup")
            .vpc(props.getVpc())
            .description("Instances that become an image of Heimdall")
            .allowAllOutbound(false)
            .build();
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "Packages, S3, Systems Manager");
    CfnInfrastructureConfiguration infrastructure =
        CfnInfrastructureConfiguration.Builder.create(this, "Infrastructure")
            .name(name)
            .instanceProfileName(profile(input))
            .instanceTypes(List.of(type.toString()))
            .subnetId(Subnets.ids(props.getVpc(), props.getVpcSubnets()).get(0))
            .securityGroupIds(List.of(group.getSecurityGroupId()))
            .instanceMetadataOptions(
                CfnInfrastructureConfiguration.InstanceMetadataOptionsProperty.builder()
                    .httpTokens("required")
                    .httpPutResponseHopLimit(1)
                    .build())
            .resourceTags(Lazy.any((IStableAnyProducer) this::tags))
            .terminateInstanceOnFailure(true)
            .build();
    CfnImagePipeline.Builder making =
        CfnImagePipeline.Builder.create(this, "Pipeline")
            .name(name)
            .imageRecipeArn(recipe.getAttrArn())
            .infrastructureConfigurationArn(infrastructure.getAttrArn())
            .distributionConfigurationArn(distribution(props, version, processor))
            .enhancedImageMetadataEnabled(true)
            .imageTestsConfiguration(
                CfnImagePipeline.ImageTestsConfigurationProperty.builder()
                    .imageTestsEnabled(true)
                    .timeoutMinutes(60)
                    .build());
    props
        .getSchedule()
        .ifPresent(
            schedule ->
                making.schedule(
                    CfnImagePipeline.ScheduleProperty.builder()
                        .scheduleExpression(schedule)
                        .pipelineExecutionStartCondition(
                            "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE")
                        .build()));
    pipeline = making.build();
  }

  /** The pipeline's ARN, for {@code aws imagebuilder start-image-pipeline-execution}. */
  public String getPipelineArn() {
    return pipeline.getAttrArn();
  }

  /** The group of the instances that images are made from. */
  @Override
  public Connections getConnections() {
    return group.getConnections();
  }

  /** Components and recipes cannot change: what is other has another name. */
  private String named(Release input, String version, String processor, HeimdallImageProps props) {
    String content =
        String.join(
            "|",
            input.name(),
            version,
            ImageComponents.script("provision"),
            ImageComponents.script("inspect"),
            props.getUpdateUrl().orElse(""),
            Boolean.toString(props.getEncrypted()));
    return "%s-%s-%08x"
        .formatted(
            Names.uniqueResourceName(
                this,
                UniqueResourceNameOptions.builder()
                    .maxLength(LONGEST_NAME)
                    .separator("-")
                    .allowedSpecialCharacters("-")
                    .build()),
            processor,
            content.hashCode());
  }

  private CfnComponent component(
      String part, String version, String document, HeimdallImageProps props) {
    return CfnComponent.Builder.create(this, part)
        .name(name + "-" + part.toLowerCase(Locale.ROOT))
        .version(version)
        .platform("Linux")
        .supportedOsVersions(List.of("Amazon Linux 2023"))
        .data(document)
        .kmsKeyId(props.getEncryptionKey().map(IKey::getKeyArn).orElse(null))
        .build();
  }

  private static CfnImageRecipe.ComponentConfigurationProperty used(CfnComponent component) {
    return CfnImageRecipe.ComponentConfigurationProperty.builder()
        .componentArn(component.getAttrArn())
        .build();
  }

  private static CfnImageRecipe.InstanceBlockDeviceMappingProperty disk(HeimdallImageProps props) {
    return CfnImageRecipe.InstanceBlockDeviceMappingProperty.builder()
        .deviceName(DISK)
        .ebs(
            CfnImageRecipe.EbsInstanceBlockDeviceSpecificationProperty.builder()
                .deleteOnTermination(true)
                .encrypted(props.getEncrypted())
                .kmsKeyId(
                    props
                        .getEncryptionKey()
                        .filter(key -> props.getEncrypted())
                        .map(IKey::getKeyArn)
                        .orElse(null))
                .volumeSize(GIBIBYTES)
                .volumeType("gp3")
                .build())
        .build();
  }

  private String profile(Release input) {
    Role role =
        Role.Builder.create(this, "Role")
            .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
            .managedPolicies(
                List.of(
                    ManagedPolicy.fromAwsManagedPolicyName("EC2InstanceProfileForImageBuilder"),
                    ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")))
            .build();
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(List.of("s3:GetObject"))
            .resources(
                List.of("arn:%s:s3:::%s/%s".formatted(Aws.PARTITION, input.bucket(), input.key())))
            .build());
    Reasons.accept(
        role,
        "AwsSolutions-IAM4",
        "What Image Builder demands of instances that it works on, which live for an hour.");
    return CfnInstanceProfile.Builder.create(this, "Profile")
        .roles(List.of(role.getRoleName()))
        .build()
        .getRef();
  }

  /** The stack's, of what Image Builder makes itself; null for none. */
  private Map<String, String> tags() {
    Map<String, String> tags = new TreeMap<>(Stack.of(this).getTags().tagValues());
    tags.putAll(((CfnSecurityGroup) group.getNode().getDefaultChild()).getTags().tagValues());
    return tags.isEmpty() ? null : tags;
  }

  private Map<String, String> amiTags(String version) {
    Map<String, String> tags = new TreeMap<>(Map.of("Release", version));
    Map<String, String> ofStack = tags();
    if (ofStack != null) {
      tags.putAll(ofStack);
    }
    return tags;
  }

  private String distribution(HeimdallImageProps props, String version, String processor) {
    Set<String> regions = new LinkedHashSet<>(List.of(Aws.REGION));
    regions.addAll(props.getRegions());
    List<CfnDistributionConfiguration.DistributionProperty> all = new ArrayList<>();
    for (String region : regions) {
      all.add(
          CfnDistributionConfiguration.DistributionProperty.builder()
              .region(region)
              .amiDistributionConfiguration(
                  Map.of(
                      "Name",
                      "heimdall-%s-%s-{{ imagebuilder:buildDate }}".formatted(version, processor),
                      "AmiTags",
                      Lazy.any((IStableAnyProducer) () -> amiTags(version))))
              .build());
    }
    return CfnDistributionConfiguration.Builder.create(this, "Distribution")
        .name(name)
        .distributions(all)
        .build()
        .getAttrArn();
  }
}
