package dev.heimdall.cdk.constructs;

import java.util.Objects;

/**
 * Attributes of a manager that another app or template has made.
 *
 * @param url where it is
 * @param port the port of its pages and its REST; by default 8087
 * @param balancerSecurityGroupId the security group before its load balancer
 */
public record HeimdallManagerAttributes(String url, int port, String balancerSecurityGroupId) {
  /** Begins them. */
  public static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other. */
  public static final class Builder {
    private String url;
    private int port = 8087;
    private String balancerSecurityGroupId;

    private Builder() {}

    /** Sets {@link HeimdallManagerAttributes#url}. */
    public Builder url(String url) {
      this.url = url;
      return this;
    }

    /** Sets {@link HeimdallManagerAttributes#port}. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Sets {@link HeimdallManagerAttributes#balancerSecurityGroupId}. */
    public Builder balancerSecurityGroupId(String balancerSecurityGroupId) {
      this.balancerSecurityGroupId = balancerSecurityGroupId;
      return this;
    }

    /**
     * Builds the attributes from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallManagerAttributes build() {
      return new HeimdallManagerAttributes(
          Objects.requireNonNull(url, "url"),
          port,
          Objects.requireNonNull(balancerSecurityGroupId, "balancerSecurityGroupId"));
    }
  }
}
