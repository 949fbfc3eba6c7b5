package dev.heimdall.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name that RDS gives: {@code name.[cluster-]id.region.rds.amazonaws.com}.
 *
 * @param name of the cluster or the instance
 * @param kind {@code cluster-} or {@code cluster-ro-} for an endpoint of a cluster, nothing for an
 *     instance
 * @param rest what all names of the account in that region end in
 */
public record RdsHost(String name, String kind, String rest) {
  private static final Pattern NAME =
      Pattern.compile(
          "([^.]+)\\.(cluster-ro-|cluster-custom-|cluster-|)([a-z0-9]+\\.[a-z0-9-]+\\.rds\\.amazonaws\\.com(?:\\.cn)?)");

  private static final Pattern REGIONAL =
      Pattern.compile(".+\\.([a-z0-9-]+)\\.rds\\.amazonaws\\.com(?:\\.cn)?");

  private static final Pattern NAME_OF_HOST =
      Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");

  private static final Pattern GLOBAL =
      Pattern.compile("[^.]+\\.global-[a-z0-9]+\\.global\\.rds\\.amazonaws\\.com(?:\\.cn)?");

  /** Nothing for other names, also for those of proxies and global clusters. */
  public static Optional<RdsHost> of(String host) {
    Matcher matcher = NAME.matcher(host);
    return matcher.matches()
        ? Optional.of(new RdsHost(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** True if a name is one that RDS gives, of whatever kind. */
  public static boolean ofAws(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".rds.amazonaws.com") || lower.endsWith(".rds.amazonaws.com.cn");
  }

  /** True if a name leads to the writer of a global cluster, in whatever region that is. */
  public static boolean ofGlobalCluster(String host) {
    return GLOBAL.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }

  /** True if such a name is that of a proxy of RDS. */
  static boolean ofRdsProxy(String host) {
    return ofAws(host) && host.toLowerCase(Locale.ROOT).contains(".proxy-");
  }

  /** The host of what may have a port. */
  public static String withoutPort(String server) {
    int colon = server.lastIndexOf(':');
    return colon < 0 ? server : server.substring(0, colon);
  }

  /** The region in a name of RDS; empty for other names, and for those of global clusters. */
  public static Optional<String> region(String host) {
    Matcher matcher = REGIONAL.matcher(host.toLowerCase(Locale.ROOT));
    return matcher.matches()
        ? Optional.of(matcher.group(1)).filter(region -> !region.equals("global"))
        : Optional.empty();
  }

  /** The part of AWS that a region is in, as ARNs have it. */
  public static String partition(String region) {
    return region.startsWith("cn-")
        ? "aws-cn"
        : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  /** True if a name is one that RDS gives in a region. */
  public static boolean ofRegion(String host, String region) {
    return isName(host) && host.endsWith("." + rest(region));
  }

  /** True if it is a name or an address, and nothing that means more in a URL. */
  public static boolean isName(String host) {
    return NAME_OF_HOST.matcher(host).matches();
  }

  /** Common ending of all names in a region, regardless of their owner. */
  static String rest(String region) {
    return region + ".rds.amazonaws.com" + (region.startsWith("cn-") ? ".cn" : "");
  }

  /** The region that it is in. */
  public String region() {
    String[] labels = rest.split("\\.", 3);
    return labels[1];
  }

  /** True if the name leads to the writer of a cluster. */
  public boolean ofWriter() {
    return kind.equals("cluster-");
  }

  /** True if the name is that of a cluster, not of an instance or an endpoint of one's own. */
  boolean ofCluster() {
    return kind.equals("cluster-") || kind.equals("cluster-ro-");
  }

  /** True if the name is that of an instance. */
  public boolean ofInstance() {
    return kind.isEmpty();
  }

  /** Host pattern of the instances, the name in place of the question mark. */
  public String pattern() {
    return "?." + rest;
  }

  /** The name that leads to the cluster's readers. */
  Optional<String> readers() {
    return ofCluster() ? Optional.of(name + ".cluster-ro-" + rest) : Optional.empty();
  }
}
