package dev.heimdall.routing.call;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/** A service of AWS that the node asks, or whose nearness it tells. */
public enum AwsService {
  RDS("RDS", "rds", "rds", "RDS"),
  EC2("EC2", "ec2", "ec2", "EC2"),
  ELASTICACHE("ElastiCache", "elasticache", "elasticache", "ELASTICACHE"),
  AUTO_SCALING("Auto Scaling", "autoscaling", "autoscaling", "AUTO_SCALING"),
  CLOUDWATCH("CloudWatch", "monitoring", "monitoring", "CLOUDWATCH"),
  LOGS("CloudWatch Logs", "logs", "logs", "CLOUDWATCH_LOGS"),
  SECRETS_MANAGER("Secrets Manager", "secretsmanager", "secretsmanager", "SECRETS_MANAGER"),
  S3("S3", "s3", "s3", "S3"),
  SNS("SNS", "sns", "sns", "SNS"),
  STS("STS", "sts", "sts", "STS"),
  /** Of the whole world, asked in the region that is its own. */
  ROUTE_53("Route 53", "route53", "route53", "ROUTE_53");

  private static final String ENDPOINT = "AWS_ENDPOINT_URL";

  private final String title;
  private final String host;
  private final String signedAs;
  private final String variable;

  AwsService(String title, String host, String signedAs, String variable) {
    this.title = title;
    this.host = host;
    this.signedAs = signedAs;
    this.variable = variable;
  }

  /** Type of endpoint by which a network without a route out reaches the service. */
  public enum Endpoint {
    /** Of the routing tables. */
    GATEWAY,
    /** Of subnets. */
    INTERFACE,
    /** Not at all. */
    NONE
  }

  public Endpoint endpoint() {
    return switch (this) {
      case S3 -> Endpoint.GATEWAY;
      case ROUTE_53 -> Endpoint.NONE;
      default -> Endpoint.INTERFACE;
    };
  }

  /** Name of the endpoint that a network has for the service. */
  public String endpointName(String region) {
    return (region.startsWith("cn-") ? "cn.com.amazonaws." : "com.amazonaws.")
        + region
        + "."
        + host;
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  String signedAs() {
    return signedAs;
  }

  /** For which region it is to be signed. */
  String signedFor(String region) {
    if (this != ROUTE_53) {
      return region;
    }
    return region.startsWith("cn-") ? "cn-northwest-1" : "us-east-1";
  }

  /**
   * Address of the service.
   *
   * @param environment may name another place, as it may to the SDK
   */
  URI endpoint(String region, Map<String, String> environment) {
    return Optional.ofNullable(environment.get(ENDPOINT + "_" + variable))
        .or(() -> Optional.ofNullable(environment.get(ENDPOINT)))
        .filter(told -> !told.isBlank())
        .map(told -> URI.create(told.strip()))
        .orElseGet(() -> URI.create("https://" + host + place(region)));
  }

  private String place(String region) {
    String suffix = "." + PartitionMetadata.of(Region.of(region)).dnsSuffix();
    return this == ROUTE_53 ? suffix : "." + region + suffix;
  }
}
