package dev.heimdall.cdk.draft;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a cluster's or an instance's endpoint, taken apart. */
public record RdsEndpoint(String identifier, boolean cluster, String region) {
  private static final Pattern NAME =
      Pattern.compile(
          "([^.]+)\\.(cluster-)?[a-z0-9]+\\.([a-z0-9-]+)\\.rds\\.amazonaws\\.com(?:\\.cn)?");

  /** Nothing for other names, also for those of readers, proxies and global clusters. */
  public static Optional<RdsEndpoint> of(String host) {
    Matcher matcher = NAME.matcher(host);
    return matcher.matches()
        ? Optional.of(new RdsEndpoint(matcher.group(1), matcher.group(2) != null, matcher.group(3)))
        : Optional.empty();
  }
}
