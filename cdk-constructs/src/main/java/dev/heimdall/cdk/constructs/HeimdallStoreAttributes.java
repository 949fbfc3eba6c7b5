package dev.heimdall.cdk.constructs;

import java.util.Objects;

/**
 * Attributes of a store that another app or template has made.
 *
 * @param address the host of its primary, or in cluster mode what leads to all servers
 * @param port of its servers; by default 6379
 * @param clusterMode whether it has several shards; by default not
 * @param securityGroupId that of its servers; empty: nodes are let in by others
 * @param passwordName the name of the secret whose text is the password
 * @param tls whether it has TLS, with a certificate that nodes verify; by default it has
 */
public record HeimdallStoreAttributes(
    String address,
    int port,
    boolean clusterMode,
    String securityGroupId,
    String passwordName,
    boolean tls) {
  /** Begins them. */
  public static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other. */
  public static final class Builder {
    private String address;
    private int port = 6379;
    private boolean clusterMode;
    private String securityGroupId;
    private String passwordName;
    private boolean tls = true;

    private Builder() {}

    /** Sets {@link HeimdallStoreAttributes#address}. */
    public Builder address(String address) {
      this.address = address;
      return this;
    }

    /** Sets {@link HeimdallStoreAttributes#port}. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Sets {@link HeimdallStoreAttributes#clusterMode}. */
    public Builder clusterMode(boolean clusterMode) {
      this.clusterMode = clusterMode;
      return this;
    }

    /** Sets {@link HeimdallStoreAttributes#securityGroupId}. */
    public Builder securityGroupId(String securityGroupId) {
      this.securityGroupId = securityGroupId;
      return this;
    }

    /** Sets {@link HeimdallStoreAttributes#passwordName}. */
    public Builder passwordName(String passwordName) {
      this.passwordName = passwordName;
      return this;
    }

    /** Sets {@link HeimdallStoreAttributes#tls}. */
    public Builder tls(boolean tls) {
      this.tls = tls;
      return this;
    }

    /**
     * Builds the attributes from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallStoreAttributes build() {
      return new HeimdallStoreAttributes(
          Objects.requireNonNull(address, "address"),
          port,
          clusterMode,
          Objects.requireNonNull(securityGroupId, "securityGroupId"),
          Objects.requireNonNull(passwordName, "passwordName"),
          tls);
    }
  }
}
